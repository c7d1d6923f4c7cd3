#!/bin/sh
echo 'Hello, from a program that every host has.'
