import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderer } from './render.ts'
import { readPageFiles } from './templates.io.ts'

test('whatever is put into a template is text there, whatever it is', () => {
  const render = renderer({ one: '<p title="{{ text }}">{{ text }}</p>' })
  const text = `<script>'"&amp;\u202e\u001b`
  const escaped = '&lt;script&gt;&#39;&quot;&amp;amp;\\u202e\\u001b'
  assert.equal(render('one', { text }), `<p title="${escaped}">${escaped}</p>`)
})

test('no template puts anything in that is not escaped, or has a script or a style in it', () => {
  for (const [name, text] of Object.entries(readPageFiles().templates)) {
    assert.doesNotMatch(text, /\|\s*raw|<style|\bstyle=|\bon\w+=|<script(?! src="\/page\.js" defer)/, name)
    // An attribute without quotes ends at a space.
    assert.doesNotMatch(text, /=\{\{/, name)
  }
})
