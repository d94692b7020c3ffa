"""What a kubelet would start for a container of compiled manifests: variables with all references resolved, command, arguments,
and the files of its volumes of ConfigMaps and Secrets, written below a folder."""
import base64, re
from conformance import *

FIELDS = {'status.podIP': '127.0.0.1', 'status.hostIP': '127.0.0.1', 'spec.nodeName': 'local', 'metadata.uid': '0'}


class Pod:
    """objects_: every object there is, the Secrets among them."""
    def __init__(self, objects_, kind, name, container=None, root=None):
        self.objects = objects_
        o = next((o for o in objects_ if o['kind'] == kind and o['metadata']['name'] == name), None)
        if o is None:
            raise Failed('there is no %s %s' % (kind, name))
        self.ns = o['metadata'].get('namespace')
        spec = o['spec']['jobTemplate']['spec'] if kind == 'CronJob' else o['spec']
        self.spec = spec['template']['spec']
        self.container = c = next(c for c in self.spec['containers'] + self.spec.get('initContainers', []) if container in (None, c['name']))
        self.env = {}
        for e in c.get('envFrom', []):
            kind_, ref = ('ConfigMap', e['configMapRef']) if 'configMapRef' in e else ('Secret', e['secretRef'])
            for k, v in self.data(kind_, ref['name']).items():
                self.env[e.get('prefix', '') + k] = v.decode()
        for e in c.get('env', []):
            source = e.get('valueFrom')
            if not source:
                self.env[e['name']] = self.expand(e.get('value', ''))
            elif 'fieldRef' in source:
                self.env[e['name']] = {**FIELDS, 'metadata.name': name + '-0', 'metadata.namespace': self.ns}.get(source['fieldRef']['fieldPath'], '')
            else:
                kind_, ref = ('ConfigMap', source['configMapKeyRef']) if 'configMapKeyRef' in source else ('Secret', source['secretKeyRef'])
                self.env[e['name']] = self.data(kind_, ref['name'])[ref['key']].decode()
        self.command = [self.expand(w) for w in c.get('command', []) + c.get('args', [])]
        self.files = {}
        volumes = {v['name']: v for v in self.spec.get('volumes', [])}
        for m in c.get('volumeMounts', []):
            v = volumes.get(m['name'], {})
            if 'configMap' not in v and 'secret' not in v:
                continue
            data = self.data('ConfigMap', v['configMap']['name']) if 'configMap' in v else self.data('Secret', v['secret']['secretName'])
            items = (v.get('configMap') or v.get('secret')).get('items')
            files = {i['path']: data[i['key']] for i in items} if items else data
            for path, text in files.items():
                if m.get('subPath') in (None, path):
                    self.files[m['mountPath'] if m.get('subPath') else os.path.join(m['mountPath'], path)] = text

    def data(self, kind, name):
        for o in self.objects:
            if o['kind'] == kind and o['metadata']['name'] == name and o['metadata'].get('namespace') == self.ns:
                data = {k: base64.b64decode(v) if kind == 'Secret' else v.encode() for k, v in (o.get('data') or {}).items()}
                return {**data, **{k: base64.b64decode(v) for k, v in (o.get('binaryData') or {}).items()}}
        raise Failed('there is no %s %s in %s' % (kind, name, self.ns))

    def expand(self, s):
        return re.sub(r'\$(\$|\(([^()]*)\))', lambda m: '$' if m[1] == '$' else self.env.get(m[2], m[0]), s)

    def port(self, name):
        return next(p['containerPort'] for p in self.container.get('ports', []) if name in (p.get('name'), p['containerPort']))

    def probe(self, which):
        """Asks as the kubelet does: True when the container is fine."""
        import urllib.error, urllib.request
        p = self.container[which]
        if 'tcpSocket' in p:
            return port_open(self.port(p['tcpSocket']['port']))
        get = p['httpGet']
        request = urllib.request.Request('http://127.0.0.1:%d%s' % (self.port(get['port']), get.get('path', '/')),
                                         headers={h['name']: h['value'] for h in get.get('httpHeaders', [])})
        try:
            with urllib.request.urlopen(request, timeout=p.get('timeoutSeconds', 1)) as r:
                return 200 <= r.status < 400
        except urllib.error.HTTPError:
            return False
