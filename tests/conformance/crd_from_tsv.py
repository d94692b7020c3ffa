"""CustomResourceDefinitions out of the table of fields: types, required fields, enumerations, defaults, keys of lists, patterns
and bounds. Rules that are expressions are not in the table."""
import collections, gzip, json, re

NUMBERS = {'min': 'minimum', 'max': 'maximum', 'minlen': 'minLength', 'maxlen': 'maxLength', 'minitems': 'minItems', 'maxitems': 'maxItems',
           'minprops': 'minProperties', 'maxprops': 'maxProperties'}
PLAIN = {'string': {'type': 'string'}, 'bytes': {'type': 'string', 'format': 'byte'}, 'time': {'type': 'string', 'format': 'date-time'},
         'bool': {'type': 'boolean'}, 'int32': {'type': 'integer', 'format': 'int32'}, 'int64': {'type': 'integer', 'format': 'int64'},
         'number': {'type': 'number'}, 'quantity': {'x-kubernetes-int-or-string': True}, 'intorstring': {'x-kubernetes-int-or-string': True}}
DEEP = 40           # a type that contains itself ends here, open


def plain(text):
    return re.sub(r'\\(.)', lambda m: {'t': '\t', 'n': '\n', 'r': '\r', '\\': '\\'}[m[1]], text)


class Table:
    def __init__(self, path):
        self.types, self.fields, self.kinds = {}, collections.defaultdict(list), []
        with (gzip.open if path.endswith('.gz') else open)(path, 'rt', encoding='utf-8') as f:
            for line in f:
                c = line.rstrip('\n').split('\t')
                if c[0] == 'K':
                    self.kinds.append((c[1:] + [''])[:6])
                elif c[0] == 'T':
                    self.types[c[1]] = (c[2:] + ['', ''])[:2]
                elif c[0] == 'F':
                    self.fields[c[1]].append((c[2:] + [''] * 10)[:10])

    def constrain(self, schema, text):
        item = None
        if m := re.search(r'(?:^|;)item\((.*)\)$', text, re.S):
            item, text = m[1], text[:m.start()]
        if m := re.search(r'(?:^|;)pattern=(.*)$', text, re.S):
            schema['pattern'], text = m[1], text[:m.start()]
        for part in filter(None, text.split(';')):
            key, _, value = part.partition('=')
            if key in NUMBERS:
                schema[NUMBERS[key]] = float(value) if '.' in value else int(value)
            elif key == 'nullable':
                schema['nullable'] = True
            elif key in ('oneof', 'anyof'):
                schema[{'oneof': 'oneOf', 'anyof': 'anyOf'}[key]] = [{'required': a.split('+')} for a in value.split('|')]
        if item is not None and 'items' in schema:
            self.constrain(schema['items'], item)

    def value(self, type_, list_type='', keys='', depth=0):
        if type_.startswith('[]'):
            schema = {'type': 'array', 'items': self.value(type_[2:], depth=depth)}
            if list_type in ('map', 'set'):
                schema['x-kubernetes-list-type'] = list_type
            if keys:
                schema['x-kubernetes-list-map-keys'] = keys.split(',')
            return schema
        if type_.startswith('map[]'):
            return {'type': 'object', 'additionalProperties': self.value(type_[5:], depth=depth)}
        if type_ in self.types:
            return self.object(type_, depth + 1)
        return dict(PLAIN.get(type_, {'x-kubernetes-preserve-unknown-fields': True}))

    def object(self, type_, depth=0):
        if depth > DEEP:
            return {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}
        map_type, constraints = self.types[type_]
        schema = {'type': 'object', 'properties': {}}
        if map_type.startswith('atomic'):
            schema['x-kubernetes-map-type'] = 'atomic'
        if ',open' in map_type:
            schema['x-kubernetes-preserve-unknown-fields'] = True
        if depth:
            self.constrain(schema, plain(constraints))
        required = []
        for name, value, list_type, keys, _, r, default, enum, bounds, _ in self.fields[type_]:
            p = self.value(value, list_type, keys, depth)
            if enum:
                if p.get('type') == 'array':
                    p['items']['enum'] = enum.split('|')
                elif p.get('type') == 'string':
                    p['enum'] = enum.split('|')
            self.constrain(p, plain(bounds))
            if default:
                p['default'] = json.loads(plain(default))
            if r:
                required.append(name)
            schema['properties'][name] = p
        if required:
            schema['required'] = required
        return schema


def definitions(path):
    t, found = Table(path), {}
    for api, kind, plural, scope, root, flags in t.kinds:
        group, _, version = api.rpartition('/')
        if not plural or group.endswith('.k8s.io') or '.' not in group:
            continue
        c = found.setdefault((group, kind), {
            'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition', 'metadata': {'name': '%s.%s' % (plural, group)},
            'spec': {'group': group, 'names': {'kind': kind, 'plural': plural, 'singular': kind.lower(), 'listKind': kind + 'List'},
                     'scope': 'Namespaced' if scope == 'N' else 'Cluster', 'versions': []}})
        schema = t.object(root) if root in t.types else {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}
        v = {'name': version, 'served': True, 'storage': 'storage' in flags, 'schema': {'openAPIV3Schema': schema}}
        if 'status' in schema.get('properties', {}):
            v['subresources'] = {'status': {}}
        c['spec']['versions'].append(v)
    return list(found.values())
