#!/usr/bin/env python3
"""Holds grammar/editors/ to the language: the keyword tree has the words of the grammar in LANGUAGE.md and no others, and both
syntaxes know each of them."""
import json, os, re, sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))


def read(*path):
    with open(os.path.join(ROOT, 'grammar', *path)) as f:
        return f.read()


bad = []
tree = json.loads(read('editors', 'keywords.json'))
words = {w for part in ('declarations', 'clauses', 'constants') for w in tree[part]}
words |= {w for part in tree['statements'].values() for w in part}
language = read('LANGUAGE.md')
grammar = re.search(r'^## 12\..*?^```\n(.*?)^```', language, flags=re.M | re.S)[1]
quoted = set(re.findall(r'"([a-z]+)"', grammar))
reserved = re.search(r'`(if then else [a-z ]+)` are reserved in expressions', language)
expected = quoted | set(reserved[1].split())
bad += [f'keywords.json lacks {w}' for w in sorted(expected - words)] + [f'keywords.json has {w}, the grammar has not' for w in sorted(words - expected)]
table = re.search(r'^## 2\. Types\n(.*?)^## 3', language, flags=re.M | re.S)[1]
named = {w for cell in re.findall(r'^\| (.*?) \|', table, flags=re.M) for w in re.findall(r'`([a-z-]+)(?:\(|`)', cell)}
bad += [f'keywords.json lacks type {w}' for w in sorted(named - set(tree['types']))]
bad += [f'keywords.json has type {w}, the table has not' for w in sorted(set(tree['types']) - named)]
for file in ('vim/syntax/mlops.vim', 'vscode/syntaxes/mlops.tmLanguage.json'):
    text = read('editors', *file.split('/'))
    known = set(re.findall(r'(?<=[|(])\\?(?:%\()?([a-z-]+)(?=\\?[|)]|\\\\)', text.replace('\\|', '|').replace('\\%(', '(').replace('\\)', ')').replace('(?:', '(')))
    bad += [f'{file} lacks {w}' for w in sorted((words | set(tree['types'])) - known)]
for file in ('vscode/package.json', 'vscode/language-configuration.json', 'vscode/syntaxes/mlops.tmLanguage.json'):
    json.loads(read('editors', *file.split('/')))
for b in bad:
    print('FAIL', b)
total = 3 * (len(words) + len(tree['types']))
print(f'{total - len(bad)} passed, {len(bad)} failed, 0 skipped')
sys.exit(1 if bad else 0)
