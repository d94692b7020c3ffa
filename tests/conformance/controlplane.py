"""A control plane on loopback: etcd, the API server, and with controllers=True also the controller manager, the scheduler and
kwok, which plays the nodes: pods are scheduled and become ready, or complete, without a container. controllers='revisions'
starts only the controllers that make a new revision when the pods of a workload change.

Custom resources are defined from the compiler's own table of fields, so that the server checks what the table says; of a kind
that is not in the table (a note of the compiler, never an error) the definition is open."""
import atexit, gzip, secrets
from conformance import *
import crd_from_tsv

PROGRAMS = ['etcd', 'kube-apiserver', 'kubectl']
CONTROLLERS = ['kube-controller-manager', 'kube-scheduler', 'kwok', 'kwok-stages']
PKI = r'''
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=conformance-ca -keyout ca.key -out ca.crt
openssl genrsa -out sa.key 2048 && openssl rsa -in sa.key -pubout -out sa.pub
openssl req -newkey rsa:2048 -nodes -subj /CN=kube-apiserver -keyout api.key -out api.csr
printf 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc,IP:10.0.0.1\n' >ext
openssl x509 -req -in api.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out api.crt
'''


def apart():
    """Goes on in a network of its own, so that the ports of everybody else do not matter; also with its own /etc/hosts. Call it
    when everything is installed: from there nothing can be downloaded. Without the right to do so it goes on as it is."""
    if os.environ.get('APART') or subprocess.run(['unshare', '-n', '-m', 'true'], stderr=subprocess.DEVNULL).returncode:
        return
    os.environ['APART'] = '1'
    sys.stdout.flush()
    os.execvp('unshare', ['unshare', '-n', '-m', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', sys.executable, *sys.argv])


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class ControlPlane:
    def __init__(self, folder, controllers=False):
        self.folder, self.controllers, self.running = folder, controllers, []
        more = {False: [], True: CONTROLLERS, 'revisions': ['kube-controller-manager']}[controllers]
        self.paths = {p: tool(p) for p in PROGRAMS + more}
        need('openssl')
        os.makedirs(os.path.join(folder, 'pki'), exist_ok=True)
        atexit.register(self.stop)
        self.port, etcd, peer = free_port(), free_port(), free_port()
        pki = os.path.join(folder, 'pki')
        r = sh(['sh', '-ec', PKI], cwd=pki)
        if r.status:
            raise Failed('openssl: ' + r.said()[-300:])
        token = secrets.token_hex(16)
        with open(os.path.join(pki, 'tokens.csv'), 'w') as f:
            f.write('%s,admin,admin,system:masters\n' % token)
        self.kubeconfig = os.path.join(folder, 'kubeconfig')
        with open(self.kubeconfig, 'w') as f:
            json.dump({'apiVersion': 'v1', 'kind': 'Config', 'current-context': 'c', 'contexts': [{'name': 'c', 'context': {'cluster': 'c', 'user': 'u'}}],
                       'clusters': [{'name': 'c', 'cluster': {'server': 'https://127.0.0.1:%d' % self.port, 'certificate-authority': pki + '/ca.crt'}}],
                       'users': [{'name': 'u', 'user': {'token': token}}]}, f)
        self.env = dict(os.environ, KUBECONFIG=self.kubeconfig, HOME=folder, KUBECTL=self.paths['kubectl'])
        url, peer = 'http://127.0.0.1:%d' % etcd, 'http://127.0.0.1:%d' % peer
        self.start('etcd', '--data-dir', folder + '/etcd', '--listen-client-urls', url, '--advertise-client-urls', url, '--listen-peer-urls', peer,
                   '--initial-advertise-peer-urls', peer, '--initial-cluster', 'default=' + peer, '--log-level', 'warn', '--unsafe-no-fsync')
        self.start('kube-apiserver', '--etcd-servers=' + url, '--bind-address=127.0.0.1', '--advertise-address=10.99.0.2', '--secure-port=%d' % self.port, '--endpoint-reconciler-type=none',
                   '--tls-cert-file=%s/api.crt' % pki, '--tls-private-key-file=%s/api.key' % pki, '--client-ca-file=%s/ca.crt' % pki,
                   '--requestheader-client-ca-file=%s/ca.crt' % pki, '--requestheader-allowed-names=front-proxy',
                   '--requestheader-extra-headers-prefix=X-Remote-Extra-', '--requestheader-group-headers=X-Remote-Group',
                   '--requestheader-username-headers=X-Remote-User', '--token-auth-file=%s/tokens.csv' % pki, '--authorization-mode=RBAC',
                   '--allow-privileged=true', '--service-cluster-ip-range=10.0.0.0/16', '--service-account-issuer=https://kubernetes.default.svc',
                   '--service-account-signing-key-file=%s/sa.key' % pki, '--service-account-key-file=%s/sa.pub' % pki,
                   # Debian's etcd cannot do what lists as streams ask of it; clients would begin their watches again and again
                   '--feature-gates=WatchList=false', '--max-requests-inflight=800', '--max-mutating-requests-inflight=400')
        wait_for(self.ready, 180, 'the API server getting ready')
        if controllers:
            kube = ['--kubeconfig=' + self.kubeconfig]
            both = kube + ['--authentication-kubeconfig=' + self.kubeconfig, '--authorization-kubeconfig=' + self.kubeconfig,
                           '--bind-address=127.0.0.1', '--leader-elect=false', '--kube-api-qps=200', '--kube-api-burst=400']
            self.start('kube-controller-manager', *both, '--secure-port=%d' % free_port(), '--cert-dir=' + folder + '/kcm',
                       '--service-account-private-key-file=%s/sa.key' % pki, '--root-ca-file=%s/ca.crt' % pki, '--cluster-cidr=10.244.0.0/16',
                       '--concurrent-namespace-syncs=20', '--concurrent-deployment-syncs=10', '--concurrent-statefulset-syncs=10',
                       *(['--controllers=deployment-controller,statefulset-controller,daemonset-controller'] if controllers == 'revisions' else []))
        if controllers is True:
            self.start('kube-scheduler', *both, '--secure-port=%d' % free_port(), '--cert-dir=' + folder + '/sched')
            self.start('kwok', *kube, '--manage-all-nodes', '--cidr=10.244.0.0/16', '--node-ip=10.99.0.1', '--node-lease-duration-seconds=40',
                       '--config', self.paths['kwok-stages'])
            nodes = [{'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': n, 'annotations': {'kwok.x-k8s.io/node': 'fake'}, 'labels': {
                'kubernetes.io/hostname': n, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64'}},
                'status': {'allocatable': {'cpu': '512', 'memory': '4Ti', 'pods': '4000', 'nvidia.com/gpu': '64', 'ephemeral-storage': '8Ti'},
                           'capacity': {'cpu': '512', 'memory': '4Ti', 'pods': '4000', 'nvidia.com/gpu': '64', 'ephemeral-storage': '8Ti'}}} for n in ('n0', 'n1', 'n2')]
            self.give(nodes)

    def start(self, name, *args):
        log = open(os.path.join(self.folder, name + '.log'), 'wb')
        self.running.append((name, subprocess.Popen([self.paths[name], *args], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                                     env=dict(os.environ, KUBE_FEATURE_WatchListClient='false'))))

    def ready(self):
        for name, p in self.running:
            if p.poll() is not None:
                with open(os.path.join(self.folder, name + '.log'), errors='replace') as f:
                    raise Failed('%s ends with status %d: %s' % (name, p.returncode, f.read()[-300:]))
        return self.kubectl('get', '--raw', '/readyz').status == 0

    def stop(self):
        """The API server before etcd, or it hangs."""
        while self.running:
            name, p = self.running.pop()
            p.terminate()
            try:
                p.wait(15 if name == 'kube-apiserver' else 5)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()

    def kubectl(self, *args, input=None, timeout=None):
        return sh([self.paths['kubectl'], *args], input=input, env=self.env, timeout=timeout, cwd=self.folder)

    def ask(self, *args, **more):
        """kubectl, which must succeed; its JSON when it is asked for."""
        r = self.kubectl(*args, **more)
        if r.status:
            raise Failed('kubectl %s: %s' % (' '.join(args)[:200], r.said()[-800:]))
        return json.loads(r.out) if 'json' in args else r.out

    def give(self, objects_, manager='conformance'):
        return self.ask('apply', '--server-side', '--force-conflicts', '--field-manager=' + manager, '-f', '-',
                        input=json.dumps({'apiVersion': 'v1', 'kind': 'List', 'items': objects_}))

    def define(self, everything):
        """Custom resources: those of the table, and open ones for every other kind of these objects that the server lacks."""
        crds = crd_from_tsv.definitions(os.path.join(ROOT, 'stdlib', 'kubernetes', 'schema.tsv'))
        known = {(c['spec']['group'], c['spec']['names']['kind']) for c in crds}
        native = {(l.split()[-3].rpartition('/')[0], l.split()[-1]) for l in self.ask('api-resources', '--no-headers').splitlines()}
        self.open = {}
        for o in everything:
            group, _, version = o['apiVersion'].rpartition('/')
            if (group, o['kind']) not in known | native:
                self.open[group, o['kind']] = version
        for (group, kind), version in self.open.items():
            plural = kind.lower() + ('es' if kind.endswith('s') else 's')
            crds.append({'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition', 'metadata': {'name': plural + '.' + group},
                         'spec': {'group': group, 'scope': 'Namespaced', 'names': {'kind': kind, 'plural': plural, 'singular': kind.lower()},
                                  'versions': [{'name': version, 'served': True, 'storage': True, 'schema': {'openAPIV3Schema': {
                                      'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}}}]}})
        self.give(crds)
        wait_for(lambda: all(any(c['type'] == 'Established' and c['status'] == 'True' for c in (o.get('status') or {}).get('conditions') or [])
                             for o in self.ask('get', 'crd', '-o', 'json')['items']), 120, 'the definitions being established')
        return crds
