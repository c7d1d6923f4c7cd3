import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IsconfError } from '../base/index.ts'
import { renderTemplate } from './template.ts'

const render = (text: string, variables: Readonly<Record<string, string>> = {}): string =>
  renderTemplate(text, '/etc/t', variables)

function refuses(text: string, code: string, message: string | RegExp): void {
  assert.throws(
    () => render(text, { A: '1' }),
    (error) => {
      assert.ok(error instanceof IsconfError, String(error))
      assert.equal(error.code, code)
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
      return true
    },
  )
}

test('renderTemplate() puts values in as they are, and leaves all else as it is', () => {
  assert.equal(render('a {{A}}\n{{ A }}{{ B }}\n', { A: '<&">', B: "'" }), 'a <&">\n<&">\'\n')
  const plain = 'no { braces } $HOME \\ # %\r\n\ttab\nüÄ\u2028 no end'
  assert.equal(render(plain), plain)
})

test('renderTemplate() knows conditions and comparisons', () => {
  const text = '{% if ROLE == "web" %}yes{% else %}no{% endif %}'
  assert.deepEqual([render(text, { ROLE: 'web' }), render(text, { ROLE: '' })], ['yes', 'no'])
})

test('renderTemplate() refuses a variable that is not set, with variable, template and line', () => {
  refuses('one\n{{ A }} {{ GATEWAY }}\n', 'VARIABLE_UNSET', '/etc/t:2: GATEWAY is not set')
  refuses('{% if ROLE == "web" %}{% endif %}', 'VARIABLE_UNSET', '/etc/t:1: ROLE is not set')
  refuses('\n\n{{ constructor }}', 'VARIABLE_UNSET', '/etc/t:3: constructor is not set')
  refuses('{{ A.b }}', 'VARIABLE_UNSET', /^\/etc\/t:1: A\.b is not set$/)
  refuses('{{ B | upcase }}', 'VARIABLE_UNSET', /^\/etc\/t:1: B is not set$/)
  refuses('{{ B | default: "x" }}', 'VARIABLE_UNSET', /^\/etc\/t:1: B is not set$/)
})

test('renderTemplate() refuses what is no template, with the line', () => {
  refuses('a\n{{ A', 'TEMPLATE', /^\/etc\/t:2: output .* not closed$/)
  refuses('{% dance %}', 'TEMPLATE', /^\/etc\/t:1: tag "dance" not found$/)
  refuses('{{ A | dance }}', 'TEMPLATE', /^\/etc\/t:1: undefined filter: dance$/)
})

test('renderTemplate() reads no other file', () => {
  refuses('{% include "/etc/passwd" %}', 'TEMPLATE', /^\/etc\/t:1: /)
  refuses('{% render "../passwd" %}', 'TEMPLATE', /^\/etc\/t:1: /)
  refuses('{% layout "passwd" %}', 'TEMPLATE', /^\/etc\/t:1: /)
})

test('renderTemplate() ends a loop that would take too much', () => {
  const loop = '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}'
  refuses(loop, 'TEMPLATE', /limit/)
})
