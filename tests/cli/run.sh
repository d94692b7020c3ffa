#!/bin/sh
# The command line as its users meet it: exit statuses, streams, flags, formats. Run in a folder of its own; prints a line for each
# check that fails and how many there were.   MLOPSC=path/to/mlopsc tests/cli/run.sh
M=${MLOPSC:-$(cd "$(dirname "$0")/../.." && pwd)/build/mlopsc}
[ -x "$M" ] || { echo "no program: $M"; exit 1; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
unset NO_COLOR CLICOLOR_FORCE
failed=0 count=0
fail() { failed=$((failed + 1)); printf 'FAIL %s\n' "$*"; }
# status N COMMAND...: runs it with out and err in files
status() {
	want=$1; shift; what="$*"
	"$@" >out.txt 2>err.txt; got=$?
	count=$((count + 1))
	[ $got = "$want" ] || { fail "status $got, not $want: $what"; sed 's/^/     /' err.txt | head -5; }
}
has() { count=$((count + 1)); grep -qF -- "$2" "$1" || fail "$1 of \`$what\` lacks: $2"; }
lacks() { count=$((count + 1)); ! grep -qF -- "$2" "$1" || fail "$1 of \`$what\` has: $2"; }
empty() { count=$((count + 1)); [ ! -s "$1" ] || { fail "$1 of \`$what\` is not empty"; head -3 "$1"; }; }
ok() { count=$((count + 1)); what="$*"; "$@" >/dev/null 2>&1 || fail "$what"; }
esc=$(printf '\033')

good='stack demo { edition = 2026; catalog = khaos-2024 }
param text : string = "a"
param count : int(1..) = 1
kind note {
  namespace : name = "demo"
  text      : string
  replicas  : int(1..) = 1
  check replicas > 1 else warn single "one replica"
  manifest configmap(name) { data: { text: text } }
}
component first : note {
  text = text
  replicas = 2
}
env staging { text = "b" }
'
printf '%s' "$good" >stack.mlops
printf '%s' "$good" | sed 's/: note {/: noet {/' >bad.mlops
printf '%s' "$good" | sed 's/replicas = 2/replicas = 1/' >warn.mlops

# -- statuses and streams
status 0 "$M" check; has out.txt 'stack.mlops: no errors, no warnings'; empty err.txt
status 2 "$M" check bad.mlops; empty out.txt; has err.txt 'error[E0201]'; has err.txt 'bad.mlops:11:'; has err.txt 'explain E0201'
status 0 "$M" check warn.mlops; has out.txt '1 warning'; has err.txt 'warning[W0500'
status 2 "$M" check --deny-warnings warn.mlops; empty out.txt; has err.txt 'error[W0500'
status 0 "$M" check --quiet warn.mlops; empty out.txt; empty err.txt
status 4 "$M" check missing.mlops; has err.txt E1301; empty out.txt
status 4 "$M" build .; has err.txt E1301
status 3 "$M"; has err.txt 'mlopsc help'; empty out.txt
status 3 "$M" chekc; has err.txt 'did you mean `check`'
status 3 "$M" build --chek; has err.txt 'did you mean `--check`'
status 3 "$M" build -x; has err.txt '`-x`'
status 3 "$M" build --check=yes; has err.txt 'takes no value'
status 3 "$M" build --env; has err.txt 'needs a value'
status 3 "$M" build --env staging -e staging; has err.txt 'given twice'; has err.txt '`staging`'
status 3 "$M" check --format text --format=json; has err.txt '`--format` is given twice'
status 0 "$M" check --quiet --quiet --set text=x --set count=2; empty err.txt
status 3 "$M" build --env=; has err.txt 'not empty'
status 3 "$M" build --format xml; has err.txt 'text, json, sarif or github'
status 3 "$M" build --from x; has err.txt '`secrets`'
status 3 "$M" build a b
status 3 "$M" import
status 3 "$M" build --stdout --check
status 3 "$M" version x
status 3 "$M" explain E9999
status 3 "$M" explain unknown-knid; has err.txt 'did you mean `unknown-kind`'
status 3 "$M" help biuld; has err.txt 'did you mean `build`'
status 3 "$M" doc no-such-thing-at-all; empty out.txt
status 3 "$M" check --set count
status 0 "$M" version; has out.txt 'mlopsc '; has out.txt 'edition 2026'
status 0 "$M" --version; has out.txt 'mlopsc '
status 0 "$M" --help; has out.txt 'build [FILE]'; has out.txt 'diff [OLD] [NEW]'; empty err.txt
status 0 "$M" explain E0201; has out.txt 'unknown kind'; lacks out.txt '<!--'; lacks out.txt '```'
status 0 "$M" explain; has out.txt 'E0201  unknown kind'
status 0 "$M" doc; ok test -s out.txt

# -- every command and every flag has help, in all its forms
for c in init build check fmt doc explain import secrets verify why graph version help; do
	status 0 "$M" help $c; has out.txt 'Exit status'
	cp out.txt help.txt
	[ $c = help ] || { status 0 "$M" $c --help; ok cmp out.txt help.txt; }
	status 0 "$M" help --man $c; has out.txt '.TH "MLOPSC'
	for f in $(grep -oE '^ +(-[a-z], )?--[a-z-]+' help.txt | grep -oE -- '--[a-z-]+'); do
		"$M" help --man $c | sed 's/\\-/-/g' | grep -qF -- "$f" || fail "man page of $c lacks $f"
		for s in bash zsh; do "$M" help --completion $s | grep -qF -- "$f" || fail "$s completion lacks $f"; done
		"$M" help --completion fish | grep -qF -- "-l ${f#--} " || fail "fish completion lacks $f"
	done
done
for s in bash zsh fish; do
	"$M" help --completion $s >complete.$s
	command -v $s >/dev/null && ok $s -n complete.$s
done
if command -v bash >/dev/null; then
	reply=$(PATH="$(dirname "$M"):$PATH" bash -c '. ./complete.bash; COMP_WORDS=(mlopsc build --fo); COMP_CWORD=2; _mlopsc; echo "${COMPREPLY[*]}"
		COMP_WORDS=(mlopsc build --format s); COMP_CWORD=3; _mlopsc; echo "${COMPREPLY[*]}"; COMP_WORDS=(mlopsc ch); COMP_CWORD=1; _mlopsc; echo "${COMPREPLY[*]}"
		COMP_WORDS=(mlopsc graph --format s); COMP_CWORD=3; _mlopsc; echo "${COMPREPLY[*]}"
		COMP_WORDS=(mlopsc explain E020); COMP_CWORD=2; _mlopsc; echo "${COMPREPLY[0]}"')
	[ "$reply" = "--format
sarif
check
svg
E0201" ] || fail "bash completes: $reply"
fi
if command -v mandoc >/dev/null; then ok mandoc -T lint -W error help.man; fi

# -- build
status 0 "$M" build; has out.txt 'demo: 1 component'; has out.txt '  + manifests/first.yaml'; has out.txt 'out/demo  '; empty err.txt
ok test -f out/demo/mlops.lock
status 0 "$M" build; lacks out.txt '  + '; lacks out.txt '  ~ '; has out.txt 'unchanged'
status 0 "$M" build --check; has out.txt 'out/demo is up to date'
status 1 "$M" build --check --set text=other; has out.txt 'not up to date'; has out.txt '  ~ manifests/first.yaml'
status 0 "$M" build --check; has out.txt 'up to date'
status 0 "$M" build --set text=other; has out.txt '  ~ manifests/first.yaml'
status 0 "$M" build --quiet; empty out.txt; empty err.txt
status 2 "$M" build bad.mlops; has err.txt 'nothing was written'; empty out.txt
status 0 "$M" build -e staging; has out.txt 'out/demo-staging  '; ok test -d out/demo-staging
status 3 "$M" build -e nowhere; has err.txt E0211
status 0 "$M" build -o other; has out.txt 'other/demo  '; ok test -f other/demo/mlops.lock
mkdir sub && cp stack.mlops sub/
status 0 "$M" build sub/stack.mlops; has out.txt 'sub/out/demo  '; ok test -d sub/out/demo
ok diff -r out/demo sub/out/demo
status 0 "$M" build --color never -- stack.mlops
status 0 "$M" --color never build stack.mlops
status 1 "$M" build --check -o nowhere; ok test ! -e nowhere
status 0 "$M" build --stdout; has out.txt 'kind: ConfigMap'; lacks out.txt 'unchanged'; empty err.txt
status 2 "$M" build --stdout bad.mlops; empty out.txt
mkdir -p foreign/demo && echo mine >foreign/demo/kustomization.yaml
status 4 "$M" build -o foreign; has err.txt E1304; ok grep -q mine foreign/demo/kustomization.yaml
printf 'x' >plain
status 4 "$M" build -o plain; has err.txt 'E130'

# -- verify
rm -rf checked && mkdir checked && cp stack.mlops checked/ && cd checked
status 4 "$M" verify; has err.txt E1301; empty out.txt
"$M" build --quiet && "$M" build --quiet -e staging
status 0 "$M" verify; has out.txt 'out/demo is as it was built: '; has out.txt 'out/demo-staging is as it was built: '; empty err.txt
status 0 "$M" verify out/demo-staging; lacks out.txt 'out/demo is'
status 0 "$M" verify --quiet; empty out.txt
echo '# mine' >>out/demo/manifests/first.yaml; echo mine >out/demo/notes.txt
status 1 "$M" verify; has out.txt '  ~ manifests/first.yaml  edited'; lacks out.txt notes.txt; has out.txt 'out/demo-staging is as it was built'; has err.txt '1 of 2 folders differs'
status 1 "$M" verify --quiet; has out.txt '  ~ manifests/first.yaml'; empty err.txt
status 1 "$M" verify --format json; empty err.txt
ok python3 -c 'import json; d = json.load(open("out.txt")); assert d["same"] is False and [f["same"] for f in d["folders"]] == [False, True]'
status 0 "$M" --format json verify out/demo-staging; ok python3 -c 'import json; assert json.load(open("out.txt"))["same"] is True'
status 0 "$M" build; status 0 "$M" verify
rm out/demo/install.sh
status 1 "$M" verify; has out.txt '  - install.sh  is missing'
status 4 "$M" verify out/demo nowhere; has out.txt 'is missing'; has err.txt 'cannot read nowhere'
status 3 "$M" verify --format sarif; has err.txt 'text or json'
status 3 "$M" verify --env staging; has err.txt '`graph`'
cd ..

# -- why
mkdir -p whys && cp stack.mlops whys/ && cd whys || exit 1
"$M" build --quiet
at=$(grep -n ' text: ' out/demo/manifests/first.yaml | cut -d: -f1)
status 0 "$M" why "out/demo/manifests/first.yaml:$at"; has out.txt 'ConfigMap demo/first  data.text'; has out.txt '     from     stack.mlops:'; empty err.txt
cp out.txt why.txt
(cd out/demo/manifests && "$M" why "first.yaml:$at") >out.txt; ok grep -q 'ConfigMap demo/first' out.txt
status 0 "$M" why 'out/demo/manifests/first.yaml#data.text' stack.mlops; ok cmp out.txt why.txt
status 0 "$M" why "manifests/first.yaml:$at"; ok cmp out.txt why.txt
status 0 "$M" why --format json "manifests/first.yaml:$at"; ok python3 -c 'import json; assert json.load(open("out.txt"))["places"][0]["chain"][0]["step"] == "from"'
status 0 "$M" why out/demo/manifests/first.yaml; has out.txt '  # stack.mlops:'
status 0 "$M" why "manifests/first.yaml:$at" --set text=zz; has out.txt -- '--set text=zz'
status 0 "$M" why stack.mlops:2; has out.txt 'ConfigMap demo/first'
status 3 "$M" why out/demo/mlops.lock:1000; has err.txt 'beyond the end'
echo '# more' >>out/demo/manifests/first.yaml
status 1 "$M" why "out/demo/manifests/first.yaml:$at"; empty out.txt; has err.txt 'was edited after it was built'
status 1 "$M" why manifests/nobody.yaml:1; has err.txt 'compiles to no file'
status 2 "$M" why manifests/first.yaml:1 ../bad.mlops; has err.txt 'error[E0201]'
status 3 "$M" why; has err.txt 'PLACE'
status 3 "$M" why a:1 b c; has err.txt 'two operands'
status 3 "$M" why stack.mlops; has err.txt 'which line'
status 3 "$M" why stack.mlops:999
status 4 "$M" why manifests/first.yaml:1 missing.mlops; has err.txt E1301
cd ..

# -- graph
status 0 "$M" graph; has out.txt 'flowchart LR'; has out.txt 'first<br/>note'; empty err.txt
cp out.txt graph.txt
status 0 "$M" graph --format mermaid stack.mlops; ok cmp out.txt graph.txt
status 0 "$M" graph - <stack.mlops; ok cmp out.txt graph.txt
status 0 "$M" --format dot graph; has out.txt 'digraph "demo" {'
status 0 "$M" graph --format svg -e staging; has out.txt '<svg xmlns'; has out.txt 'demo-staging'
status 0 "$M" graph --set text=other; ok cmp out.txt graph.txt
status 0 "$M" graph warn.mlops; empty err.txt; has out.txt flowchart
status 2 "$M" graph bad.mlops; empty out.txt; has err.txt 'error[E0201]'
status 3 "$M" graph -e nowhere; has err.txt E0211
status 3 "$M" graph --format json; has err.txt 'mermaid, dot or svg'
status 3 "$M" graph --format sgv; has err.txt 'did you mean `svg`'
status 4 "$M" graph missing.mlops; has err.txt E1301

# -- standard input
status 0 "$M" check - <stack.mlops; has out.txt 'stdin: no errors'
status 2 "$M" check - --stdin-name dir/x.mlops <bad.mlops; has err.txt 'dir/x.mlops:11:'
status 0 "$M" build --stdout - <stack.mlops; has out.txt 'kind: ConfigMap'
status 0 "$M" fmt - <stack.mlops; ok test -s out.txt
status 3 "$M" secrets --from - - <stack.mlops
status 4 "$M" check - <&-
printf 'let small = 1\n' >sub/sizes.mlops
{ echo 'stack demo { edition = 2026; catalog = khaos-2024 }'; echo 'use "sizes.mlops"'; } >using.mlops
status 0 "$M" check --stdin-name sub/stack.mlops - <using.mlops
status 2 "$M" check - <using.mlops; has err.txt E1301
status 0 "$M" check --root sub - <using.mlops

# -- fmt
printf '%s' "$good" | sed 's/  text      : string/  text:string/' >ugly.mlops
chmod 640 ugly.mlops
ln -s ugly.mlops link.mlops
status 0 "$M" fmt stack.mlops
status 0 "$M" fmt --check stack.mlops; empty out.txt
before=$(ls -i stack.mlops)
status 0 "$M" fmt stack.mlops; empty out.txt; [ "$before" = "$(ls -i stack.mlops)" ] || fail 'fmt rewrote a file that was right'
cp ugly.mlops copy.mlops
status 1 "$M" fmt --check ugly.mlops stack.mlops; has out.txt ugly.mlops; lacks out.txt stack.mlops; ok cmp ugly.mlops copy.mlops
printf 'let a 5\n' >broken.mlops
cp broken.mlops copy.mlops
status 2 "$M" fmt broken.mlops; ok cmp broken.mlops copy.mlops; empty out.txt
status 0 "$M" fmt link.mlops; ok test -L link.mlops; ok grep -q 'text *: string' ugly.mlops
[ "$(stat -c %a ugly.mlops)" = 640 ] || fail 'fmt changed the mode'
status 4 "$M" fmt missing.mlops stack.mlops; has err.txt E1301
status 4 "$M" fmt sub; has err.txt E1301
[ -z "$(ls | grep 'mlopsc-')" ] || fail 'fmt left a temporary file'

# -- formats
status 2 "$M" check --format json bad.mlops; ok python3 -c 'import json; d = json.load(open("err.txt")); x = d["diagnostics"][0]; assert x["code"] == "E0201"'
status 0 "$M" check --format json; ok python3 -c 'import json; assert json.load(open("err.txt"))["diagnostics"] == []'; empty out.txt
for f in bad warn stack; do
	"$M" check --format sarif $f.mlops >out.txt 2>$f.sarif
	what="check --format sarif $f.mlops"
	ok python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
assert d["version"] == "2.1.0" and "sarif" in d["$schema"]
run, = d["runs"]
driver = run["tool"]["driver"]
assert driver["name"] == "mlopsc"
rules = [r["id"] for r in driver.get("rules", [])]
n = {"bad": 1, "warn": 1, "stack": 0}[sys.argv[2]]
assert len(run["results"]) == n, run["results"]
for r in run["results"]:
    assert r["ruleId"] in rules and r["message"]["text"] and r["level"] in ("error", "warning")
    if "ruleIndex" in r: assert rules[r["ruleIndex"]] == r["ruleId"]
    p = r["locations"][0]["physicalLocation"]
    assert p["artifactLocation"]["uri"] == sys.argv[2] + ".mlops" and p["region"]["startLine"] >= 1 and p["region"]["startColumn"] >= 1
    assert r["partialFingerprints"]
' $f.sarif $f
done
status 2 "$M" check --format github bad.mlops; has err.txt '::error file=bad.mlops,line=11,col='

# -- colour
status 2 "$M" check bad.mlops; lacks err.txt "$esc"
status 2 "$M" check --color always bad.mlops; has err.txt "$esc"
status 2 env CLICOLOR_FORCE=1 "$M" check bad.mlops; has err.txt "$esc"
status 2 env CLICOLOR_FORCE=1 NO_COLOR=1 "$M" check bad.mlops; lacks err.txt "$esc"
status 2 env CLICOLOR_FORCE=1 "$M" check --color never bad.mlops; lacks err.txt "$esc"
status 2 env NO_COLOR=1 "$M" check --color always bad.mlops; has err.txt "$esc"
status 2 "$M" check --color always --format json bad.mlops; lacks err.txt "$esc"

# -- streams that end early or do not work
what='build --stdout | head -1'
n=$( { "$M" build --stdout stack.mlops 2>pipe.txt; echo $? >&3; } 3>pipe.status | head -1 | wc -l)
[ "$n" = 1 ] && [ "$(cat pipe.status)" = 0 ] || fail "broken pipe: status $(cat pipe.status)"
what='broken pipe'; empty pipe.txt
"$M" help | true || fail 'a broken pipe is told'
if [ -w /dev/full ]; then
	for c in version help explain "build --stdout" "fmt -"; do
		count=$((count + 1))
		"$M" $c <stack.mlops >/dev/full 2>err.txt; got=$?
		what="$c >/dev/full"
		[ $got = 4 ] || fail "status $got, not 4: $what"
		has err.txt 'standard output'
	done
fi
count=$((count + 1)); "$M" version >&- 2>err.txt; [ $? = 4 ] || fail 'version >&- does not fail'
# a closed standard output must not become a file of the build
rm -rf out && "$M" build >&- 2>/dev/null
what='build >&-'; ok "$M" build --check

# -- environment
"$M" build -o e1 >/dev/null 2>&1
env -i LC_ALL=tr_TR.UTF-8 TZ=Asia/Kolkata HOME=/nowhere TERM=xterm COLUMNS=20 "$M" build -o e2 >/dev/null 2>&1
what=environment; ok diff -r -x .mlopsc-index-* e1 e2

# -- init
status 0 "$M" init made/churn; has out.txt 'made/churn/stack.mlops'; ok test -f made/churn/.gitattributes; ok grep -q '^stack churn {' made/churn/stack.mlops
[ "$(wc -l <made/churn/stack.mlops)" -le 30 ] || fail 'the first stack is long'
status 0 "$M" build made/churn/stack.mlops; empty err.txt; has out.txt 'made/churn/out/churn  '
status 0 "$M" fmt --check made/churn/stack.mlops
cp made/churn/stack.mlops copy.mlops
status 4 "$M" init made/churn; has err.txt E1303; ok cmp made/churn/stack.mlops copy.mlops
mkdir here && cd here && status 0 "$M" init && ok test -f stack.mlops && cd ..

# -- secrets and import
printf '%ssecret s { a }\nkind user {\n  namespace : name = "demo"\n  auth : secret-key\n  manifest configmap(name) { data: { x: "y" } }\n}\n' "$good" >secret.mlops
printf '%s' "$good" >none.mlops
status 0 "$M" secrets none.mlops
cat >object.yaml <<'X'
apiVersion: v1
kind: ConfigMap
metadata: { name: a, namespace: b }
data: { k: "no" }
X
status 0 "$M" import object.yaml; ok test -s out.txt; empty err.txt
status 0 "$M" import - <object.yaml; ok test -s out.txt
status 2 "$M" import - --stdin-name x.yaml <<'X'
a: [
X
has err.txt 'x.yaml:'

mkdir -p web/templates; printf 'name: web\nversion: 1.2.3\n' >web/Chart.yaml; printf 'port: 80\n' >web/values.yaml
status 0 "$M" import --chart web; empty err.txt; printf 'chart\tweb\t1.2.3\npath\ttype\nport\tint\n' >want.txt; ok cmp out.txt want.txt
status 4 "$M" import --chart gone; has err.txt E1301; empty out.txt
status 4 "$M" import --chart web/Chart.yaml; has err.txt E1305
status 4 "$M" import --chart web/templates; has err.txt 'Chart.yaml'
status 3 "$M" import --chart web object.yaml; has err.txt 'takes the place of FILE.yaml'
status 3 "$M" import --chart; has err.txt 'needs a value'
status 3 "$M" build --chart web; has err.txt 'belongs to `import`'
status 0 "$M" help import; has out.txt '--chart DIR'

# -- a fault is a fault of ours
if [ "$CONFIG" != asan ]; then
	count=$((count + 1))
	"$M" check - <stack.mlops >/dev/null 2>&1 || fail 'check -'
	mkfifo hold && { "$M" check - <hold >/dev/null 2>err.txt & pid=$!; exec 9>hold; sleep 0.5; kill -ABRT $pid; wait $pid; got=$?; exec 9>&-; }
	[ "$got" = 70 ] || fail "status $got, not 70, after a fault"
	what=fault; has err.txt 'report'
fi

echo "$((count - failed)) passed, $failed failed, 0 skipped"
[ $failed = 0 ]
