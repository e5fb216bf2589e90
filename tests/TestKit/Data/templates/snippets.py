"""Small templates, one feature each. Context of all: see CONTEXT in make_goldens.py."""

SNIPPETS = r'''
plain text
{{ 1 }}{{ 'a' }}{{ "b" }}
{{ a }}|{{ missing }}|{{ none }}|{{ None }}|{{ true }}|{{ True }}|{{ false }}
{{ 1.0 }} {{ 1e20 }} {{ 1e-7 }} {{ 123456789.125 }} {{ 1e15 }} {{ 1e16 }} {{ 0.1 + 0.2 }} {{ 1e23 }} {{ 2.5e-5 }} {{ 100.0 }} {{ 1_000 }}
{{ [1, 'a', none, true, 2.5] }} {{ (1,) }} {{ () }} {{ (1, 2) }} {{ {} }} {{ {'a': 1, 'b': [2]} }} {{ [] }}
{{ "it's" ~ 1 }} {{ ["it's", 'say "x"', 'both \' and "', 'back\\slash', 'tab\tnl\n', 'é中🙂', '\x00\x7f\xa0'] }}
{{ 'a' 'b' "c" }} {{ 'line\
continued' }} {{ '\u4e2d\U0001F642\x41\101\q' }}
{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 6 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ -2 ** 2 }} {{ 7.5 // 2 }} {{ 7.5 % 2 }} {{ 2 ** 0.5 }}
{{ 'ab' * 3 }} {{ 3 * 'ab' }} {{ [1] * 3 }} {{ 'a' + 'b' }} {{ [1] + [2] }} {{ (1,) + (2,) }} {{ 'x' * -1 }}
{{ 1 ~ 'a' ~ none ~ missing ~ [1] }}
{{ 1 < 2 }} {{ 1 < 2 < 3 }} {{ 1 < 2 > 3 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ 1 != 2 }} {{ 2 >= 2 }} {{ 1 <= 0 }} {{ 'a' == 'a' }} {{ none == none }} {{ [1] == [1.0] }} {{ (1,) == [1] }} {{ missing == missing }} {{ {'a': 1} == {'a': 1} }}
{{ 'a' in 'abc' }} {{ 'x' not in 'abc' }} {{ 1 in [1, 2] }} {{ 'a' in {'a': 1} }} {{ 3 in (1, 2) }} {{ not 1 in [1] }} {{ missing in [1] }} {{ 1 in missing }}
{{ 1 and 0 }} {{ 0 or 'x' }} {{ '' or none }} {{ not '' }} {{ not 1 }} {{ 1 and 2 and 3 }} {{ 0 or false or [] }} {{ not not 1 }}
{{ 'yes' if a else 'no' }} {{ 'yes' if missing else 'no' }} {{ 'yes' if missing }}| {{ 1 if false else 2 if false else 3 }}
{{ s[0] }} {{ s[-1] }} {{ s[1:3] }} {{ s[:2] }} {{ s[-2:] }} {{ s[::-1] }} {{ s[::2] }} {{ s[10:] }}| {{ s[:-1] }} {{ s[3:1] }}| {{ s[-100:100] }} {{ s[4:0:-2] }} {{ s[10] }}|
{{ emoji[1] }} {{ emoji[::-1] }} {{ emoji|length }} {{ emoji[1:] }} {% for c in emoji %}<{{ c }}>{% endfor %}
{{ items[0] }} {{ items[-1] }} {{ items[1:] }} {{ items[::-1] }} {{ items[:2] }} {{ items[::2] }} {{ items[5] }}| {{ (1, 2, 3)[1:] }}
{{ d.key }} {{ d['key'] }} {{ d.nothing }}| {{ d['nothing'] }}| {{ d.get('key') }} {{ d.get('nothing') }} {{ d.get('nothing', 7) }} {{ d.items() | list }} {{ d.keys() | list }} {{ d.values() | list }} {{ items.0 }}
{{ d['items'] }} {{ d.items }}
{% if a %}1{% elif b %}2{% else %}3{% endif %}{% if missing %}1{% elif a %}2{% else %}3{% endif %}{% if false %}1{% else %}3{% endif %}{% if none %}x{% endif %}
{% for x in items %}{{ x }},{% endfor %}|{% for x in [] %}x{% else %}empty{% endfor %}|{% for x in missing %}x{% else %}none{% endfor %}
{% for x in items %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.depth }}{{ loop.cycle('odd', 'even') }};{% endfor %}
{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k, v in {'a': 1} | items %}{{ k }}{{ v }}{% endfor %}{% for k in d %}{{ k }};{% endfor %}
{% for (a, (b, c)) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for x in items if x is string %}{{ loop.index }}{{ x }}{% endfor %}
{% for x in range(5) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for x in range(3) %}{% for y in range(3) %}{% if y == 1 %}{% break %}{% endif %}{{ x }}{{ y }};{% endfor %}{{ loop.index }}{% endfor %}
{% for item in tree recursive %}{{ item.name }}{{ loop.depth }}{% if item.children %}({{ loop(item.children) }}){% endif %}{% endfor %}
{% for x in 'ab', 'cd' %}{{ x }}{% endfor %}{% for x in 'ab' %}{{ x }}-{% endfor %}
{{ range(3) | list }} {{ range(1, 4) | list }} {{ range(10, 0, -3) | list }} {{ range(0) | list }} {{ range(5)[1:3] | list }} {{ range(3) | length }} {{ 2 in range(3) }}
{% set x = 1 %}{% for i in items %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}
{% set ns = namespace(n=0, s='') %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% set ns.s = ns.s ~ i %}{% endfor %}{{ ns.n }} {{ ns.s }} {{ ns.other }}|
{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}
{% set x, y = 1, 2 %}{{ x }}{{ y }}{% set z = 1, 2 %}{{ z }}{% set (p, q) = [3, 4] %}{{ p + q }}
{% set x %}block {{ a }}{% endset %}{{ x }}|{% set y | upper | trim %} block {% endset %}{{ y }}
{% if true %}{% set x = 5 %}{% endif %}{{ x }}
{% with x = 1, y = 2 %}{{ x }}{{ y }}{% endwith %}{{ x }}|{% with %}{% set z = 3 %}{{ z }}{% endwith %}{{ z }}
{% filter upper %}abc {{ a }}{% endfilter %}{% filter trim | title %} hello world {% endfilter %}
{% macro m(x, y=2, z='z') %}[{{ x }}{{ y }}{{ z }}]{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(1, z=5) }}{{ m(x=9) }}{{ m() }}{{ m(1, 2, 3) }}
{% macro m(x) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, k=4) }}
{% macro m(n) %}{% if n > 0 %}{{ n }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(4) }}
{% macro box(t) %}<{{ t }}:{{ caller() }}>{% endmacro %}{% call box('x') %}inner {{ a }}{% endcall %}
{% macro each(l) %}{% for x in l %}{{ caller(x, loop.index) }}{% endfor %}{% endmacro %}{% call(x, i) each(items) %}({{ x }}{{ i }}){% endcall %}
{% set v = 'outer' %}{% macro m() %}{{ v }}{% set v2 = 'in' %}{% endmacro %}{{ m() }}{{ v2 }}{% set v = 'later' %}{{ m() }}
{% macro m(x) %}{{ x }}{% endmacro %}{{ m('a') + m('b') }} {{ m('a') | upper }} {{ [1, 2] | map('string') | join }}
{% set f = d.get %}{{ f('key') }}{% set u = s.upper %}{{ u() }}
{{ '  x ' | trim }}|{{ 'xxaxx' | trim('x') }}|{{ 'abc' | upper }}|{{ 'ABC' | lower }}|{{ 'aBC dEF' | capitalize }}|{{ "hello wORLD it's" | title }}|{{ 'abc' | length }}|{{ items | count }}|{{ d | length }}|{{ missing | length }}
{{ items | first }} {{ items | last }} {{ [] | first }}| {{ 'abc' | first }} {{ 'abc' | last }} {{ 'abc' | reverse }} {{ [1, 2] | reverse | list }} {{ 'abc' | list }}
{{ items | join }} {{ items | join(', ') }} {{ [1, none, true] | join('-') }} {{ people | join(',', attribute='name') }} {{ 'abc' | join('.') }}
{{ missing | default('d') }} {{ '' | default('d') }}| {{ '' | default('d', true) }} {{ none | default('d') }} {{ none | d('d', true) }} {{ missing | default }}| {{ 0 | default(5, boolean=true) }} {{ d.nothing | default('x') }}
{{ 'a-b-c' | replace('-', '+') }} {{ 'a-b-c' | replace('-', '+', 1) }} {{ 'abc' | replace('', '.') }} {{ 111 | replace(1, 2) }}
{{ d | tojson }} {{ items | tojson }} {{ 'é"\\\n\t/<>&中🙂\x01' | tojson }} {{ none | tojson }} {{ true | tojson }} {{ 1.5 | tojson }} {{ 1e20 | tojson }} {{ [] | tojson }} {{ {} | tojson }} {{ (1, 2) | tojson }}
{{ nested | tojson(indent=2) }}
{{ nested | tojson(indent=4) }}
{{ nested | tojson(separators=(',', ':')) }} {{ {'b': 1, 'a': {'d': 1, 'c': 2}} | tojson(sort_keys=true) }} {{ 'é' | tojson(ensure_ascii=true) }} {{ {1: 2, none: 3, true: 4} | tojson if false }} {{ {1: 2, 2.5: 3} | tojson }}
{{ nested | tojson(indent=none) }} {{ [[], {}, [[]]] | tojson(indent=1) }}
{{ '3' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ 3.9 | int }} {{ '3.9' | int }} {{ none | int }} {{ '0x1f' | int(0, 16) }} {{ '101' | int(base=2) }} {{ ' 42 ' | int }} {{ '-5' | int }} {{ true | int }}
{{ '3.5' | float }} {{ 'x' | float }} {{ 'x' | float(1.5) }} {{ 3 | float }} {{ '1e3' | float }}
{{ 42.55 | round }} {{ 42.55 | round(1) }} {{ 42.55 | round(1, 'floor') }} {{ 42.51 | round(1, 'ceil') }} {{ 2.5 | round }} {{ 3.5 | round }} {{ 42 | round | int }} {{ 1234 | round(-2) }} {{ -1.5 | abs }} {{ -3 | abs }}
{{ 5 | string + '!' }} {{ none | string }} {{ [1] | string }} {{ '<a>' | safe }} {{ '<a href="x">&\'' | escape }} {{ '<' | e }}
{{ 'one\ntwo\n\nthree' | indent }}|{{ 'one\ntwo' | indent(2, true) }}|{{ 'one\n\ntwo' | indent(width=1, blank=true) }}|{{ 'a\nb' | indent('> ') }}
{{ people | selectattr('age', 'gt', 20) | map(attribute='name') | list }} {{ people | rejectattr('admin') | map(attribute='name') | join(',') }} {{ people | selectattr('admin') | list | length }} {{ people | selectattr('name', 'equalto', 'Bo') | first }} {{ people | selectattr('age', 'defined') | list | length }} {{ people | map(attribute='address.city', default='?') | list }}
{{ [1, 2, 3, 4] | select('odd') | list }} {{ [1, 2, 3, 4] | reject('odd') | list }} {{ [0, 1, '', 'a'] | select | list }} {{ [1, 5] | select('>', 2) | list }} {{ ['a', 1] | select('string') | list }} {{ [1, 2] | select('in', [2, 3]) | list }}
{{ ['a', 'B'] | map('upper') | list }} {{ [' a ', 'b'] | map('trim') | join('|') }} {{ ['ab', 'cb'] | map('replace', 'b', 'x') | list }} {{ [1.5, 2.5] | map('int') | sum }}
{{ [3, 1, 2] | sort }} {{ [3, 1, 2] | sort(reverse=true) }} {{ ['b', 'A', 'c'] | sort }} {{ ['b', 'A', 'c'] | sort(case_sensitive=true) }} {{ people | sort(attribute='age') | map(attribute='name') | list }} {{ people | sort(attribute='admin,age') | map(attribute='name') | list if false }}
{{ [1, 2, 1, 3] | unique | list }} {{ ['a', 'A', 'b'] | unique | list }} {{ ['a', 'A'] | unique(true) | list }}
{{ {'b': 1, 'a': 2, 'C': 0} | dictsort }} {{ {'b': 1, 'a': 2} | dictsort(by='value') }} {{ {'b': 1, 'a': 2} | dictsort(reverse=true) }} {{ {'b': 1, 'C': 2, 'a': 3} | dictsort(true) }}
{{ [1, 2, 3] | sum }} {{ people | sum(attribute='age') }} {{ [[1], [2]] | sum(start=[]) }} {{ [2, 9, 4] | max }} {{ [2, 9, 4] | min }} {{ ['b', 'A'] | min }} {{ [] | max }}|
{% for g in people | groupby('admin') %}{{ g.grouper if false else g[0] }}:{{ g[1] | map(attribute='name') | join(',') }};{% endfor %}
{{ [1, 2, 3, 4, 5] | batch(2) | list }} {{ [1, 2, 3] | batch(2, 0) | list }} {{ [1, 2, 3, 4, 5] | slice(3) | list }} {{ [1, 2, 3, 4, 5] | slice(3, 'x') | list }}
{{ 'hello %s, %d%%' | format('x', 3) }} {{ '%s-%s' % ('a', 1) }} {{ '%05.2f|%-5s|%5s|%x' % (3.14159, 'ab', 'cd', 255) }} {{ '%(k)s' % {'k': 'v'} }} {{ '%s' % none }} {{ '%r' % 'x' }}
{{ 'a b  c' | wordcount }} {{ 'x' | center(5) }}| {{ 'ab' | center(5) }}| {{ 'a b/c?é' | urlencode }} {{ d | attr('key') }}
{{ 'a very long text that goes on' | truncate(12) }} {{ 'a very long text that goes on' | truncate(12, true) }} {{ 'short' | truncate(12) }} {{ 'a very long text' | truncate(10, false, '…', 0) }}
{{ 'abc'.upper() }} {{ 'ABC'.lower() }} {{ 'abc def'.title() }} {{ "it's 3d x2y".title() }} {{ 'aBC'.capitalize() }} {{ ' a '.strip() }}| {{ 'xxaxx'.strip('x') }} {{ 'xxaxx'.lstrip('x') }} {{ 'xxaxx'.rstrip('x') }} {{ 'aBc'.swapcase() }}
{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abc'.startswith('b', 1) }} {{ 'abc'.startswith('') }} {{ 'abc'.endswith('bc', 0, 2) }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.txt'.removesuffix('.txt') }}
{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a b c'.rsplit(' ', 1) }} {{ 'a b c'.split(maxsplit=1) }} {{ ' a  b  c '.split(none, 1) }} {{ ' a  b  c '.rsplit(none, 1) }} {{ ''.split() }} {{ ''.split(',') }} {{ 'a</think>b'.split('</think>')[-1] }} {{ 'abc'.split('x') }}
{{ 'a\nb\r\nc\n'.splitlines() }} {{ 'a\nb'.splitlines(true) }} {{ 'k=v=w'.partition('=') }} {{ 'k=v=w'.rpartition('=') }} {{ 'kv'.partition('=') }} {{ 'kv'.rpartition('=') }}
{{ ', '.join(['a', 'b']) }} {{ ''.join('abc') }} {{ '-'.join([]) }}| {{ 'a-b'.replace('-', '') }} {{ 'aaa'.replace('a', 'b', 2) }}
{{ 'abcabc'.find('c') }} {{ 'abcabc'.rfind('c') }} {{ 'abc'.find('x') }} {{ 'abcabc'.find('a', 1) }} {{ 'abc'.index('b') }} {{ 'aXbXc'.count('X') }} {{ emoji.find('b') }} {{ 'abc'.find('') }} {{ 'aaaa'.count('aa') }} {{ 'abc'.count('') }}
{{ '12'.isdigit() }} {{ '1a'.isdigit() }} {{ 'ab'.isalpha() }} {{ 'a1'.isalnum() }} {{ ' '.isspace() }} {{ ''.isdigit() }} {{ 'AB'.isupper() }} {{ 'ab1'.islower() }} {{ '1'.islower() }}
{{ '7'.zfill(3) }} {{ '-7'.zfill(4) }} {{ 'a'.ljust(3, '.') }} {{ 'a'.rjust(3) }} {{ 'a'.center(4, '*') }} {{ 'ab'.center(5, '*') }} {{ '{} {} {{}}'.format(1, 'x') }} {{ '{0}{1}{0} {k}'.format('a', 'b', k='c') }}
{{ [1, 2, 1].count(1) }} {{ [1, 2].index(2) }} {{ (1, 2, 1).count(1) }} {{ {'a': 1}.copy() }} {{ [1].copy() }}
{{ missing is defined }} {{ a is defined }} {{ d.x is defined }} {{ missing is undefined }} {{ none is none }} {{ none is not none }} {{ a is none }} {{ 'a' is string }} {{ 1 is string }} {{ d is mapping }} {{ items is mapping }} {{ items is iterable }} {{ 'a' is iterable }} {{ 1 is iterable }} {{ items is sequence }} {{ 'a' is sequence }} {{ d is sequence }} {{ 1 is sequence }}
{{ 1 is number }} {{ 1.5 is number }} {{ true is number }} {{ '1' is number }} {{ true is boolean }} {{ 1 is boolean }} {{ true is true }} {{ 1 is true }} {{ false is false }} {{ 1 is integer }} {{ true is integer }} {{ 1.0 is integer }} {{ 1.0 is float }} {{ 3 is odd }} {{ 3 is even }} {{ 6 is divisibleby 3 }} {{ 6 is divisibleby(4) }} {{ -3 is odd }}
{{ 1 is eq 1 }} {{ 1 is equalto(1) }} {{ 1 is ne 2 }} {{ 1 is lt 2 }} {{ 3 is ge 3 }} {{ 1 is in [1, 2] }} {{ 1 is not in [1, 2] }} {{ 'A' is upper }} {{ 'a' is lower }} {{ 'aB' is upper }} {{ none is sameas none }} {{ range is callable }} {{ 1 is callable }} {{ 5 is greaterthan 4 }}
{{ a is defined and a }} {{ a is string or b }} {{ missing is not defined and true }} {{ not a is defined }} {{ 'x' if a is defined else 'y' }}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% set j = joiner('|') %}{{ j() }}1{{ j() }}2
{{ dict(a=1, b=2) }} {{ dict([('x', 1)]) }} {{ dict({'y': 2}, z=3) }} {{ dict() }}
{{ (1, 2) | length }} {{ 1, 2 }} {{ (a) }} {{ [1, 2,] }} {{ {'a': 1,} }} {{ ((1)) }} {{ [[1, 2], [3]][0][1] }} {{ {'a': {'b': 'c'}}.a.b }} {{ {'a': 1}['a'] }} {{ {1: 'x', true: 'y'} }} {{ {1: 'int'}[1.0] }} {{ {(1, 2): 'tuple'}[(1, 2)] }}
a {%- if true %} b {% endif -%} c
a   {{- ' x ' -}}   b
line1
  {% if true %}
  inner
  {% endif %}
line2
   {%+ if true %}kept{% endif %}
{% if true +%}
kept newline{% endif %}
{#- comment -#}  x {# another
over lines #} y
   {# lstripped comment #}
z
{% raw %}{{ not }} {% evaluated %}{% endraw %} after
  {%- raw -%}  {{ x }}  {%- endraw -%}  end
{% for x in [1, 2] -%}
   {{ x }}
{%- endfor %}
  {{ a }}  {% set q = 1 %}
tail
{% generation %}text {{ a }}{% endgeneration %}
{{ "}}" }}{{ '%}' }}{{ {'a': {'b': 1}}.a }}
{{- a -}}
{{ a|upper|lower~'x' }} {{ -1|abs }} {{ (-1)|abs }} {{ 1 + (2|string|length) }} {{ '1' + 2|string }} {{ 'a' ~ 'b'|upper }} {{ not a in 'xyz' }} {{ 2 * 3 ~ 4 ~ 5 }} {{ a.upper()|lower }} {{ 1 if 2 > 1 else 0 + 5 }} {{ (items|length) - 1 }} {{ items|length - 1 }}
{{ messages[0]['content'] }} {{ messages[-1].role }} {{ messages|length }} {% for m in messages[1:] %}{{ m.role }}{% endfor %} {{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list }}
{{ a.b }}| {{ 5 .real if false }} {{ items.nothing }}| {{ s.nothing }}|
{{ loop is defined }} {{ messages is defined and messages }}
{{ strftime_now('%Y') | length }} {{ strftime_now('%%') }}
{{ '%s' | format(none) }} {{ 1 ~ 2 ~ 3 }} {{ "a\\nb" }} {{ 'tab	here' }}
{{ none == false }} {{ 0 == false }} {{ '' == false }} {{ [] == false }} {{ 1 in [true] }} {{ '1' == 1 }}
{% if messages[0].role == 'system' %}S{% set rest = messages[1:] %}{% else %}{% set rest = messages %}{% endif %}{{ rest | length }}
{% set ns = namespace(found=false) %}{% for m in messages %}{% if m.role == 'user' %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}
{%- for m in messages %}{%- if loop.first and m.role != 'x' %}F{%- endif %}{{- m.content | trim }}{%- if not loop.last %};{%- endif %}{%- endfor %}
'''

# Each must fail in Jinja2 and here.
FAILING = r'''
{{ 1 + 'a' }}
{{ 'a' + 1 }}
{{ missing + 'a' }}
{{ missing.attribute }}
{{ missing['x'] }}
{{ d.nothing.more }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ none | length }}
{{ 5 | length }}
{{ missing() }}
{{ 'a'() }}
{{ items | nofilter }}
{{ items is notest }}
{{ 'a' < 1 }}
{{ [3, 'a'] | sort }}
{{ 1 in 5 }}
{{ 5 in 'abc' }}
{% for x in 5 %}{% endfor %}
{% for x in none %}{% endfor %}
{% for a, b in [1] %}{% endfor %}
{% set x, y = [1, 2, 3] %}
{% set d.x = 1 %}
{{ raise_exception('Conversation roles must alternate') }}
{{ items.append(1) }}
{{ d.update({'a': 1}) }}
{{ d.pop('key') }}
{{ range(1000000) }}
{{ missing | tojson }}
{{ 'abc'.index('x') }}
{{ 'abc'.split('') }}
{{ ''.join([1]) }}
{{ '%d' % 'x' }}
{{ '%s' % (1, 2) }}
{{ '%s %s' % 'x' }}
{{ {[1]: 2} }}
{{ 'x' | int(base='y') if false else raise_exception('z') }}
{% macro m(x) %}{% endmacro %}{{ m(1, x=2) }}
{% macro m(x) %}{% endmacro %}{{ m(1, 2) }}
{% macro m(x) %}{% endmacro %}{{ m(y=2) }}
{{ [] | first | upper + missing }}
{{ -missing }}
{{ - 'a' }}
{{ s[1.5:] }}
{{ items['a':] }}
{{ d[::2] }}
{% if %}{% endif %}
{% if true %}
{% endif %}
{% for x in items %}
{% for in items %}{% endfor %}
{{ }}
{{ 1 + }}
{{ (1 }}
{{ [1 }}
{{ 'abc }}
{% nosuchtag %}
{% set = 1 %}
{{ a b }}
{{ a | }}
{{ a is }}
{# open
{% raw %} open
{% else %}
{% break %}
{{ 1 ! 2 }}
{{ f(a=1, 2) }}
{% macro m(a=1, b) %}{% endmacro %}
{% call m %}{% endcall %}
{% block x %}
{% set true = 1 %}
{{ a[ }}
{{ a. }}
{{ {'a' 1} }}
{{ ) }}
{{ a } }}
'''
