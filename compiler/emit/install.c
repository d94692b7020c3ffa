/* install.sh: the way from an empty cluster to a running stack, and back, for those without an engine that applies
   things.

   Written in POSIX shell for a reader who has to trust it before he runs it: functions first, then one line for each
   thing that is done, in order. What differs between stacks stands in the variables at the top and in install(). */
#include "emit/parts.h"
#include <stdlib.h>
#include <string.h>

/* Functions, between the variables and install(). */
static const char *const functions[] = {
	"KUBECTL=${KUBECTL:-kubectl}",
	"HELM=${HELM:-helm}",
	"mode=install old='' dry='' yes='' force='' timeout='' missing='' failed=''",
	"",
	"usage() {",
	"\tcat <<'END'",
	"usage: install.sh [OPTION...]",
	"",
	"Without an option of what to do: makes the namespaces, looks whether the secrets are there, then installs each",
	"component in the order of the wiring: its charts, its objects, and waits until it is ready. Can be run again.",
	"",
	"  --prune OLD.lock   delete what an older mlops.lock lists and this one does not; - reads standard input:",
	"                         git show HEAD~1:./mlops.lock | ./install.sh --prune -",
	"  --uninstall        delete everything that this mlops.lock lists, the charts too",
	"  --dry-run          print the commands and run none",
	"  --yes              delete without asking",
	"  --force-conflicts  take over fields that somebody else manages",
	"  --timeout SECONDS  how long to wait for one thing (default: 600 for a chart, 300 for an object)",
	"  --help             this text",
	"",
	"Never deleted, only listed: PersistentVolumeClaims, PersistentVolumes, Namespaces, CustomResourceDefinitions, charts",
	"that contain one, and objects that belong to another stack by now. KUBECTL and HELM name the programs to use.",
	"Exit status: 0 done, 1 something is missing or failed, 3 wrong use.",
	"END",
	"}",
	"",
	"say() {",
	"\tprintf '%s\\n' \"$*\" >&2",
	"}",
	"",
	"die() {",
	"\tsay \"install.sh: $*\"",
	"\texit 1",
	"}",
	"",
	"misuse() {",
	"\tsay \"install.sh: $*; see --help\"",
	"\texit 3",
	"}",
	"",
	"# A command as one could type it.",
	"show() {",
	"\tline=''",
	"\tfor word in \"$@\"; do",
	"\t\tcase $word in",
	"\t\t'' | *[!A-Za-z0-9_./:@%+=,-]*) word=\"'$(printf '%s' \"$word\" | sed \"s/'/'\\\\\\\\''/g\")'\" ;;",
	"\t\tesac",
	"\t\tline=\"$line${line:+ }$word\"",
	"\tdone",
	"\tprintf '%s\\n' \"$line\"",
	"}",
	"",
	"# $KUBECTL and $HELM stand without quotes everywhere: they may be several words.",
	"run() {",
	"\tif [ -n \"$dry\" ]; then",
	"\t\tshow \"$@\"",
	"\telse",
	"\t\t\"$@\"",
	"\tfi",
	"}",
	"",
	"# One that an object of the stack is: what comes before that object may need it.",
	"namespace() {",
	"\tif [ -n \"$dry\" ] || ! $KUBECTL get namespace \"$1\" >/dev/null 2>&1; then",
	"\t\trun $KUBECTL create namespace \"$1\"",
	"\tfi",
	"}",
	"",
	"component() {",
	"\tsay \"component $1\"",
	"}",
	"",
	"# A file of objects. What a chart has just brought (a webhook, a new kind) may need a moment before it answers.",
	"apply() {",
	"\tfile=$1",
	"\tset -- apply --server-side --field-manager=mlopsc",
	"\t[ -z \"$force\" ] || set -- \"$@\" --force-conflicts",
	"\tif [ -n \"$dry\" ]; then",
	"\t\tshow $KUBECTL \"$@\" -f \"$file\"",
	"\t\treturn 0",
	"\tfi",
	"\ttries=0",
	"\tuntil text=$($KUBECTL \"$@\" -f \"$file\" 2>&1); do",
	"\t\ttries=$((tries + 1))",
	"\t\tcase $text in",
	"\t\t*'no matches for kind'* | *'failed calling webhook'*) ;;",
	"\t\t*) tries=99 ;;",
	"\t\tesac",
	"\t\tif [ \"$tries\" -gt 20 ]; then",
	"\t\t\tsay \"$text\"",
	"\t\t\tdie \"$file could not be applied\"",
	"\t\tfi",
	"\t\tsleep 3",
	"\tdone",
	"\tprintf '%s\\n' \"$text\"",
	"}",
	"",
	"# name namespace version values chart [repository]",
	"release() {",
	"\tsay \"  chart $2/$1\"",
	"\tname=$1 ns=$2 version=$3 values=$4 chart=$5",
	"\tset -- \"$chart\" ${6:+--repo} ${6:+\"$6\"}",
	"\trun $HELM upgrade --install \"$name\" \"$@\" --version \"$version\" --namespace \"$ns\" --values \"$values\" \\",
	"\t\t--wait --timeout \"${timeout:-600}s\"",
	"}",
	"",
	"# resource and the namespace options: until it exists",
	"exists() {",
	"\tleft=${timeout:-300}",
	"\tuntil text=$($KUBECTL get \"$@\" -o name 2>&1); do",
	"\t\t[ \"$left\" -gt 0 ] || die \"$1 does not appear: $text\"",
	"\t\tsleep 2",
	"\t\tleft=$((left - 2))",
	"\tdone",
	"}",
	"",
	"# resource namespace condition; namespace -: none",
	"ready() {",
	"\tsay \"  wait for $1: $3\"",
	"\tcondition=$3",
	"\tif [ \"$2\" = - ]; then set -- \"$1\"; else set -- \"$1\" --namespace \"$2\"; fi",
	"\t[ -n \"$dry\" ] || exists \"$@\"",
	"\trun $KUBECTL wait \"--for=condition=$condition\" \"$@\" \"--timeout=${timeout:-300}s\"",
	"}",
	"",
	"# resource namespace",
	"rollout() {",
	"\tsay \"  wait for $1\"",
	"\tif [ \"$2\" = - ]; then set -- \"$1\"; else set -- \"$1\" --namespace \"$2\"; fi",
	"\t[ -n \"$dry\" ] || exists \"$@\"",
	"\trun $KUBECTL rollout status \"$@\" \"--timeout=${timeout:-300}s\"",
	"}",
	"",
	"# namespace name key...: sets $lacking to the keys that the secret does not have",
	"lacking() {",
	"\tns=$1 name=$2",
	"\tshift 2",
	"\thave=$($KUBECTL get secret \"$name\" --namespace \"$ns\" --ignore-not-found \\",
	"\t\t-o 'go-template={{range $k, $v := .data}}{{$k}}{{\" \"}}{{end}}')",
	"\tlacking=''",
	"\tfor key in \"$@\"; do",
	"\t\tcase \" $have\" in",
	"\t\t*\" $key \"*) ;;",
	"\t\t*) lacking=\"$lacking $key\" ;;",
	"\t\tesac",
	"\tdone",
	"}",
	"",
	"# namespace name key...",
	"secret() {",
	"\tif [ -n \"$dry\" ]; then",
	"\t\tshow $KUBECTL get secret \"$2\" --namespace \"$1\"",
	"\t\treturn 0",
	"\tfi",
	"\tlacking \"$@\"",
	"\t[ -z \"$lacking\" ] || missing=\"$missing  $1/$2:$lacking",
	"\"",
	"}",
	"",
	"secrets_present() {",
	"\t[ -n \"$missing\" ] || return 0",
	"\tsay 'install.sh: these secrets or keys are missing; so far there are only the namespaces:'",
	"\tprintf '%s' \"$missing\" >&2",
	"\tsay 'Write their values to a file and run:  mlopsc secrets --from FILE.env | kubectl apply --server-side -f -'",
	"\tsay '(mlopsc secrets lists what FILE.env has to hold, and which secrets have to exist already)'",
	"\texit 1",
	"}",
	"",
	"# namespace name key...: a secret that an object of the stack fetches",
	"await_secret() {",
	"\tsay \"  wait for secret $1/$2\"",
	"\tif [ -n \"$dry\" ]; then",
	"\t\tshow $KUBECTL get secret \"$2\" --namespace \"$1\"",
	"\t\treturn 0",
	"\tfi",
	"\tleft=${timeout:-300}",
	"\tlacking \"$@\"",
	"\twhile [ -n \"$lacking\" ]; do",
	"\t\t[ \"$left\" -gt 0 ] || die \"secret $1/$2 does not get its keys:$lacking\"",
	"\t\tsleep 2",
	"\t\tleft=$((left - 2))",
	"\t\tlacking \"$@\"",
	"\tdone",
	"}",
	"",
	"# What the lock on standard input lists and the lock $1 does not: kind, namespace (- for none), name, in the order to",
	"# delete it in, which is the order of installing backwards: components by their wires, objects by kind, then charts.",
	"# An object whose API version changed is still the same object.",
	"plan() {",
	"\tawk -v kinds=\"$(printf \"%s \" $kinds)\" -v charts=\"$(printf \"%s \" $charts)\" '",
	"\t\tfunction top(word) {",
	"\t\t\twhile (!(word in component)) {",
	"\t\t\t\tif (!match(word, /-[^-]*$/))",
	"\t\t\t\t\treturn \"\"",
	"\t\t\t\tword = substr(word, 1, RSTART - 1)",
	"\t\t\t}",
	"\t\t\treturn word",
	"\t\t}",
	"\t\tBEGIN {",
	"\t\t\tn = split(kinds, list, \" \")",
	"\t\t\tfor (i = 1; i <= n; i++) {",
	"\t\t\t\tsplit(list[i], pair, \"=\")",
	"\t\t\t\trank[pair[1]] = pair[2]",
	"\t\t\t}",
	"\t\t\tn = split(charts, list, \" \")",
	"\t\t\tfor (i = 1; i <= n; i++)",
	"\t\t\t\tturn[list[i]] = i",
	"\t\t\tgone = wires = 0",
	"\t\t}",
	"\t\t$1 == \"object\" {",
	"\t\t\tn = split($3, part, \"/\")",
	"\t\t\tkind = n == 3 ? part[3] \".\" part[1] : part[2] \".\" part[1] \".\"",
	"\t\t\tkey = part[n] \" \" (n == 3 ? part[1] : \"\") \" \" $4",
	"\t\t\torder = part[n] in rank ? rank[part[n]] : 90",
	"\t\t\tchart = 0",
	"\t\t\thome = $5",
	"\t\t\twhere = $4",
	"\t\t}",
	"\t\t$1 == \"release\" {",
	"\t\t\tkind = \"release\"",
	"\t\t\tkey = \"release \" $3",
	"\t\t\torder = turn[$3] + 0",
	"\t\t\tchart = 1",
	"\t\t\thome = $6",
	"\t\t\twhere = $3",
	"\t\t}",
	"\t\tside == \"new\" {",
	"\t\t\tif ($1 == \"object\" || $1 == \"release\")",
	"\t\t\t\thave[key] = 1",
	"\t\t\tnext",
	"\t\t}",
	"\t\t$1 == \"component\" { component[$3] = 1; components++ }",
	"\t\t$1 == \"wire\" { wire[++wires] = $2 \" \" $3 }",
	"\t\t($1 == \"object\" || $1 == \"release\") && !(key in have) {",
	"\t\t\tgone++",
	"\t\t\tslash = index(where, \"/\")",
	"\t\t\tns = substr(where, 1, slash - 1)",
	"\t\t\ttext[gone] = kind \" \" (ns == \"\" ? \"-\" : ns) \" \" substr(where, slash + 1)",
	"\t\t\thomes[gone] = home",
	"\t\t\torders[gone] = chart \" \" order",
	"\t\t}",
	"\t\tEND {",
	"\t\t\tfor (i = 1; i <= wires; i++) {",
	"\t\t\t\tsplit(wire[i], end, \" \")",
	"\t\t\t\tsub(/[.].*/, \"\", end[1])",
	"\t\t\t\tfrom[i] = top(end[1])",
	"\t\t\t\tto[i] = top(end[2])",
	"\t\t\t}",
	"\t\t\tfor (again = 1; again && rounds <= components; rounds++)",
	"\t\t\t\tfor (i = again = 0; i++ < wires; )",
	"\t\t\t\t\tif (from[i] != \"\" && to[i] != \"\" && from[i] != to[i] && depth[from[i]] < depth[to[i]] + 1) {",
	"\t\t\t\t\t\tdepth[from[i]] = depth[to[i]] + 1",
	"\t\t\t\t\t\tagain = 1",
	"\t\t\t\t\t}",
	"\t\t\tfor (i = 1; i <= gone; i++)",
	"\t\t\t\tprint (homes[i] == \"-\" ? -1 : depth[homes[i]] + 0), orders[i], text[i]",
	"\t\t}",
	"\t' side=new \"$1\" side=old - | LC_ALL=C sort -k1,1nr -k2,2n -k3,3nr -k4,4 -k5,5 -k6,6 | cut -d ' ' -f 4-",
	"}",
	"",
	"ask() {",
	"\t[ -z \"$yes$dry\" ] || return 0",
	"\tif ! (: </dev/tty) 2>/dev/null; then",
	"\t\tdie 'there is no terminal to ask on; --yes deletes without asking'",
	"\tfi",
	"\tprintf 'delete them? [y/N] ' >/dev/tty",
	"\tread -r answer </dev/tty || answer=''",
	"\tcase $answer in",
	"\ty | Y | yes) ;;",
	"\t*) die 'nothing was deleted' ;;",
	"\tesac",
	"}",
	"",
	"# kind namespace name",
	"remove_object() {",
	"\tkind=$1 where=$2/$3 name=$3",
	"\tif [ \"$2\" = - ]; then set -- \"$name\"; else set -- \"$name\" --namespace \"$2\"; fi",
	"\tif [ -z \"$dry\" ]; then",
	"\t\ttext=$($KUBECTL get \"$kind\" \"$@\" --ignore-not-found \\",
	"\t\t\t-o 'jsonpath={\"part-of=\"}{.metadata.labels.app\\.kubernetes\\.io/part-of}' 2>&1 </dev/null) || {",
	"\t\t\tcase $text in",
	"\t\t\t*'have a resource type'* | *'no matches for kind'*) return 0 ;;",
	"\t\t\tesac",
	"\t\t\tsay \"$text\"",
	"\t\t\treturn 1",
	"\t\t}",
	"\t\tcase $text in",
	"\t\t*\"part-of=$stack\") ;;",
	"\t\t*part-of=*)",
	"\t\t\tsay \"kept: $kind $where belongs to \\\"${text##*part-of=}\\\", not to $stack\"",
	"\t\t\treturn 0",
	"\t\t\t;;",
	"\t\t*) return 0 ;;",
	"\t\tesac",
	"\tfi",
	"\trun $KUBECTL delete \"$kind\" \"$@\" --ignore-not-found \"--timeout=${timeout:-300}s\" </dev/null",
	"}",
	"",
	"# namespace name",
	"remove_release() {",
	"\tif [ -z \"$dry\" ]; then",
	"\t\ttext=$($HELM list --all --short --namespace \"$1\" --filter \"^$2\\$\" </dev/null) || return 1",
	"\t\t[ -n \"$text\" ] || return 0",
	"\t\ttext=$($HELM get manifest \"$2\" --namespace \"$1\" </dev/null) || return 1",
	"\t\ttext=$(printf '%s\\n' \"$text\" | awk '",
	"\t\t\tfunction flush() { if (kind != \"\" && !keep) print kind; kind = \"\"; keep = 0 }",
	"\t\t\t/^---/ { flush() }",
	"\t\t\t/^kind: *\"?(PersistentVolumeClaim|PersistentVolume|Namespace|CustomResourceDefinition)\"? *$/ { kind = $2 }",
	"\t\t\t/helm.sh\\/resource-policy\"?: *\"?keep/ { keep = 1 }",
	"\t\t\tEND { flush() }' | sort -u | tr '\\n' ' ')",
	"\t\tif [ -n \"$text\" ]; then",
	"\t\t\tsay \"kept: release $1/$2 contains ${text}and would delete it; to do so: helm uninstall $2 --namespace $1\"",
	"\t\t\treturn 0",
	"\t\tfi",
	"\tfi",
	"\trun $HELM uninstall \"$2\" --namespace \"$1\" --wait \"--timeout=${timeout:-600}s\" </dev/null",
	"}",
	"",
	"readable() {",
	"\tsed 's/^/  /; s/[.]v1[.] / /; s/ - / /' >&2",
	"}",
	"",
	"# The lock of what may be there on standard input; $1: the lock of what has to stay.",
	"remove() {",
	"\ttext=$(cat)",
	"\tcase $text in",
	"\t'mlops.lock 1",
	"'*) ;;",
	"\t*) die \"$old is no mlops.lock\" ;;",
	"\tesac",
	"\tcase $text in",
	"\t*\"",
	"stack \"*\" $title\") ;;",
	"\t*) die \"$old is not a lock of $title\" ;;",
	"\tesac",
	"\tlist=$(printf '%s\\n' \"$text\" | plan \"$1\")",
	"\tkept=$(printf '%s\\n' \"$list\" | grep -E '^(PersistentVolumeClaim|PersistentVolume|Namespace)\\.v1\\. |^CustomResourceDefinition\\.' || :)",
	"\tlist=$(printf '%s\\n' \"$list\" | grep -vE '^(PersistentVolumeClaim|PersistentVolume|Namespace)\\.v1\\. |^CustomResourceDefinition\\.' || :)",
	"\tif [ -n \"$kept\" ]; then",
	"\t\tsay 'kept; delete these by hand, if you are sure:'",
	"\t\tprintf '%s\\n' \"$kept\" | readable",
	"\tfi",
	"\tif [ -z \"$list\" ]; then",
	"\t\tsay 'nothing to delete'",
	"\t\treturn 0",
	"\tfi",
	"\tsay 'to be deleted, in this order:'",
	"\tprintf '%s\\n' \"$list\" | readable",
	"\task",
	"\twhile read -r kind ns name; do",
	"\t\tcase $kind in",
	"\t\trelease) remove_release \"$ns\" \"$name\" || failed=\"$failed $ns/$name\" ;;",
	"\t\t*) remove_object \"$kind\" \"$ns\" \"$name\" || failed=\"$failed $ns/$name\" ;;",
	"\t\tesac",
	"\tdone <<END",
	"$list",
	"END",
	"\t[ -z \"$failed\" ] || die \"not deleted:$failed\"",
	"}",
};

/* Arguments, behind install(). */
static const char *const arguments[] = {
	"",
	"while [ $# -gt 0 ]; do",
	"\tcase $1 in",
	"\t--prune)",
	"\t\t[ $# -ge 2 ] || misuse '--prune needs the older mlops.lock'",
	"\t\tmode=prune old=$2",
	"\t\tshift",
	"\t\t;;",
	"\t--prune=*) mode=prune old=${1#*=} ;;",
	"\t--uninstall) mode=uninstall ;;",
	"\t--dry-run) dry=yes ;;",
	"\t--yes) yes=yes ;;",
	"\t--force-conflicts) force=yes ;;",
	"\t--timeout)",
	"\t\t[ $# -ge 2 ] || misuse '--timeout needs a number of seconds'",
	"\t\ttimeout=$2",
	"\t\tshift",
	"\t\t;;",
	"\t--timeout=*) timeout=${1#*=} ;;",
	"\t-h | --help)",
	"\t\tusage",
	"\t\texit 0",
	"\t\t;;",
	"\t*) misuse \"$1 is not an option\" ;;",
	"\tesac",
	"\tshift",
	"done",
	"case $timeout in",
	"*[!0-9]*) misuse '--timeout needs a number of seconds' ;;",
	"esac",
	"",
	"if [ -z \"$dry\" ]; then",
	"\tcommand -v \"${KUBECTL%% *}\" >/dev/null || die \"${KUBECTL%% *} is needed and not found; KUBECTL can name another\"",
	"\t[ -z \"$charts\" ] || command -v \"${HELM%% *}\" >/dev/null || die \"${HELM%% *} is needed and not found; HELM can name another\"",
	"fi",
	"case $old in",
	"- | /*) ;;",
	"*) old=$PWD/$old ;;",
	"esac",
	"CDPATH='' cd -- \"$(dirname -- \"$0\")\"",
	"",
	"case $mode in",
	"install)",
	"\tinstall",
	"\tsay \"$title is installed\"",
	"\t;;",
	"prune)",
	"\tif [ \"$old\" = - ]; then",
	"\t\told='standard input'",
	"\t\tremove mlops.lock",
	"\telse",
	"\t\t[ -r \"$old\" ] || die \"$old cannot be read\"",
	"\t\tremove mlops.lock <\"$old\"",
	"\tfi",
	"\t;;",
	"uninstall)",
	"\told=mlops.lock",
	"\tremove /dev/null <mlops.lock",
	"\t;;",
	"esac",
};

static void script(struct buf *out, const char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_adds(out, lines[i]);
		buf_addc(out, '\n');
	}
}

void shell_word(struct buf *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-";
	if (*s && !s[strspn(s, plain)]) {
		buf_adds(out, s);
		return;
	}
	buf_addc(out, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *s);
	}
	buf_addc(out, '\'');
}

/* A step of install(): a function's name, then words up to NULL. */
static void step(struct buf *out, const char *name, const char *const *words)
{
	buf_addc(out, '\t');
	buf_adds(out, name);
	for (; *words; words++) {
		buf_addc(out, ' ');
		shell_word(out, *words);
	}
	buf_addc(out, '\n');
}
#define STEP(out, ...) \
	step((out), (const char *const[]){ __VA_ARGS__, NULL }[0], (const char *const[]){ __VA_ARGS__, NULL } + 1)

static void secret_step(struct buf *out, const char *name, const struct out_secret *s)
{
	buf_addf(out, "\t%s ", name);
	shell_word(out, s->ns);
	buf_addc(out, ' ');
	shell_word(out, s->name);
	for (uint32_t i = 0; i < s->nkeys; i++) {
		buf_addc(out, ' ');
		shell_word(out, s->keys[i]);
	}
	buf_addc(out, '\n');
}

/* Made by an object of the stack itself, so not to be asked for before. */
static int is_fetched(const struct out_secret *s)
{
	return strcmp(s->source, "mlopsc") && strcmp(s->source, "existing");
}

void install_begin(struct install *in, const struct out_stack *s)
{
	for (uint32_t i = 0; i < s->nsecrets; i++) {
		uint32_t k = 0;
		while (k < in->marks.n && strcmp(in->marks.v[k].source, s->secrets[i].source))
			k++;
		if (k == in->marks.n && is_fetched(&s->secrets[i]))
			VEC_PUSH(in->keep, &in->marks, ((struct install_mark){ s->secrets[i].source, SIZE_MAX }));
	}
	if (s->nnamespaces)
		STEP(&in->steps, "apply", "00-namespaces.yaml");
	for (uint32_t i = 0; i < s->nown_namespaces; i++)
		STEP(&in->steps, "namespace", s->own_namespaces[i]);
	int asked = 0;
	for (uint32_t i = 0; i < s->nsecrets; i++)
		if (!is_fetched(&s->secrets[i])) {
			secret_step(&in->steps, "secret", &s->secrets[i]);
			asked = 1;
		}
	if (asked)
		buf_adds(&in->steps, "\tsecrets_present\n");
}

static void conditions(struct buf *out, const struct out_ready *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const char *ns = *v[i].ns ? v[i].ns : "-";
		if (v[i].rollout)
			STEP(out, "rollout", v[i].resource, ns);
		else
			STEP(out, "ready", v[i].resource, ns, v[i].condition);
	}
}

static void note_kind(struct install *in, const struct out_object *o)
{
	if (emit_rank(o->kind) != EMIT_RANK_OTHER)
		return;
	for (uint32_t i = 0; i < in->kinds.n; i++)
		if (!strcmp(in->kinds.v[i].kind, o->kind))
			return;
	VEC_PUSH(in->keep, &in->kinds,
		((struct emit_kind){ arena_strdup(in->keep, o->kind, strlen(o->kind)), o->rank }));
}

void install_add(struct install *in, const struct out_component *c, const char *const *values_paths)
{
	struct buf *out = &in->steps;
	if (!c->nobjects && !c->nreleases)
		return;
	buf_addc(out, '\n');
	STEP(out, "component", c->name);
	for (uint32_t i = 0; i < c->nreleases; i++) {
		const struct out_release *r = &c->releases[i];
		if (*r->chart_ref)
			STEP(out, "release", r->name, r->ns, r->version, values_paths[i], r->chart_ref);
		else
			STEP(out, "release", r->name, r->ns, r->version, values_paths[i], r->chart, r->repo);
		conditions(out, r->ready, r->nready);
		buf_adds(&in->charts, in->charts.n ? "\n\t" : "");
		buf_adds(&in->charts, r->ns);
		buf_addc(&in->charts, '/');
		buf_adds(&in->charts, r->name);
	}
	if (c->nobjects) {
		buf_adds(out, "\tapply ");
		struct buf path = { 0 };
		buf_addf(&path, "manifests/%s.yaml", c->name);
		shell_word(out, path.p);
		buf_addc(out, '\n');
		buf_free(&path);
	}
	for (uint32_t i = 0; i < c->nobjects; i++) {
		note_kind(in, &c->objects[i]);
		if (!strcmp(c->objects[i].kind, "CustomResourceDefinition")) {
			struct buf crd = { 0 };
			buf_addf(&crd, "crd/%s", c->objects[i].name);
			STEP(out, "ready", crd.p, "-", "Established");
			buf_free(&crd);
		}
	}
	conditions(out, c->ready, c->nready);
	for (uint32_t k = 0; k < in->marks.n; k++)
		if (!strcmp(in->marks.v[k].source, c->kind))
			in->marks.v[k].at = out->n;
}

static int by_place(const void *pa, const void *pb)
{
	const struct install_mark *a = pa, *b = pb;
	return a->at != b->at ? (a->at < b->at ? -1 : 1) : strcmp(a->source, b->source);
}

static int by_kind(const void *a, const void *b)
{
	return strcmp(((const struct emit_kind *)a)->kind, ((const struct emit_kind *)b)->kind);
}

static void variable(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, name);
	buf_addc(out, '=');
	if (*value)
		shell_word(out, value);
	else
		buf_adds(out, "''");
	buf_addc(out, '\n');
}

static void kinds_variable(struct install *in, struct buf *out)
{
	uint32_t n, custom = 0;
	const struct emit_kind *core = emit_kinds(&n);
	if (in->kinds.n > 1)
		qsort(in->kinds.v, in->kinds.n, sizeof *in->kinds.v, by_kind);
	buf_adds(out, "# when each kind is applied; deleting goes backwards\nkinds='");
	for (uint32_t i = 0; i < n || custom < in->kinds.n;) {
		const int mine = i == n || (custom < in->kinds.n && by_kind(&in->kinds.v[custom], &core[i]) < 0);
		const struct emit_kind *k = mine ? &in->kinds.v[custom++] : &core[i++];
		buf_addf(out, "%s%s=%d", i + custom > 1 ? "\n\t" : "", k->kind, k->rank);
	}
	buf_adds(out, "'\n");
}

void install_finish(struct install *in, const struct out_stack *s, struct buf *out)
{
	size_t done = 0;
	buf_adds(out, "#!/bin/sh\n# Installs this stack, and takes it away again: ./install.sh --help.\n"
		      "# Written by mlopsc from the source of the stack: what is changed here is lost with the next build.\n"
		      "# shellcheck disable=SC2086,SC2016 # KUBECTL and HELM may be several words; templates for kubectl are not for the shell\n"
		      "set -eu\n\n");
	variable(out, "stack", s->name);
	variable(out, "title", s->title);
	buf_adds(out, "# releases in the order of installing\n");
	variable(out, "charts", in->charts.n ? in->charts.p : "");
	kinds_variable(in, out);
	script(out, functions, sizeof functions / sizeof *functions);
	buf_adds(out, "\ninstall() {\n");
	if (!in->steps.n)
		buf_adds(out, "\t:\n");
	/* Secrets that an object fetches are waited for behind the last component of the kind that does it. */
	if (in->marks.n > 1)
		qsort(in->marks.v, in->marks.n, sizeof *in->marks.v, by_place);
	for (uint32_t k = 0; k < in->marks.n; k++) {
		const size_t at = in->marks.v[k].at < in->steps.n ? in->marks.v[k].at : in->steps.n;
		buf_add(out, in->steps.p + done, at - done);
		done = at;
		for (uint32_t i = 0; i < s->nsecrets; i++)
			if (!strcmp(s->secrets[i].source, in->marks.v[k].source))
				secret_step(out, "await_secret", &s->secrets[i]);
	}
	if (in->steps.n > done)
		buf_add(out, in->steps.p + done, in->steps.n - done);
	buf_adds(out, "}\n");
	script(out, arguments, sizeof arguments / sizeof *arguments);
	install_free(in);
}

void install_free(struct install *in)
{
	buf_free(&in->steps);
	buf_free(&in->charts);
}
