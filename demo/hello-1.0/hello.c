#include <stdio.h>

int main(void)
{
    return puts("Hello, from a program that every host has.") < 0;
}
