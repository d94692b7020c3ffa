#!/usr/bin/env bash
# Checks, compares and comments; see action.yml for what the variables mean. Every input comes in by the environment, so that
# none of it is ever read as a command.
set -u
mlopsc=${MLOPSC:-mlopsc} out=${OUT-out} base=${BASE:-} failed=0 changed=false
read -r -a stacks <<<"$(tr '\n\t' '  ' <<<"${STACKS:-stack.mlops}")"
read -r -a envs <<<"$(tr '\n\t' '  ' <<<"${ENVS:-}")"
work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/mlopsc-review.XXXXXX") || exit 1
report=$work/report.md
: >"$report"

# A workflow command: error or notice, the file it is about, the text.
say() {
	local text=$3
	text=${text//'%'/%25} text=${text//$'\r'/%0D} text=${text//$'\n'/%0A}
	echo "::$1 file=$2::$text"
}

# Text behind a fence of the report, longer than any run of backquotes in it.
fenced() {
	local text=$1 fence='```'
	while [[ $text == *"$fence"* ]]; do fence+='`'; done
	printf '%s\n%s\n%s\n' "$fence" "$text" "$fence"
}

command -v "$mlopsc" >/dev/null || { echo "::error::there is no \`$mlopsc\` here: put the compiler on PATH, or name it by the input mlopsc"; exit 1; }
if [ -n "$base" ] && ! git rev-parse -q --verify "$base^{commit}" >/dev/null; then
	git fetch -q --depth=1 origin "$base" || { echo "::error::revision $base is not here: check out with fetch-depth 0"; exit 1; }
fi

# The wiring, coloured by what changes, as far as a comment has room for it.
touched() {
	local stack=$1 picture
	shift
	picture=$("$mlopsc" graph --changed "$base:$stack" "$@" "$stack" 2>/dev/null) || return 0
	[ $((${#picture} + $(wc -c <"$report"))) -lt 60000 ] && [ ${#picture} -lt 20000 ] || return 0
	printf '<details><summary>what is touched</summary>\n\n%s\n\n</details>\n\n' "$(printf '```mermaid\n%s\n```' "$picture")"
}

# One stack as one of its envs changes it ("": as it is).
review() {
	local stack=$1 env=$2 status text title=$1${2:+, env $2}
	local -a with=() beside=()
	[ -z "$env" ] || with=(--env "$env")
	if ! text=$("$mlopsc" check --format github "${with[@]}" "$stack" 2>&1); then
		[ -n "$env" ] || echo "$text"
		failed=1
		{ echo "### $title does not compile"; echo; fenced "$("$mlopsc" check --color never "${with[@]}" "$stack" 2>&1)"; echo; } >>"$report"
		return
	fi
	[ -z "$text" ] || [ -n "$env" ] || echo "$text"         # warnings
	if [ -n "$out" ]; then
		[ "$out" = out ] || beside=(-o "$out")
		text=$("$mlopsc" build --check "${with[@]}" "${beside[@]}" "$stack" 2>&1)
		status=$?
		if [ $status != 0 ]; then
			failed=1
			say error "$stack" "The committed output is not what $title compiles to. Run: mlopsc build ${with[*]} $stack
$text"
			{ echo "### The output of $title is not up to date"; echo; fenced "$text"; echo; } >>"$report"
		fi
	fi
	[ -n "$base" ] || return
	local -a fail=()
	[ -z "${FAIL_ON:-}" ] || fail=(--fail-on "$FAIL_ON")
	# a revision means the repository, so its stack is named where the path is not the usual one
	text=$("$mlopsc" diff --format markdown "${with[@]}" "${fail[@]}" "$base:$stack" "$stack" 2>"$work/err")
	status=$?
	case $status in
	0) ;;
	1 | 5)
		changed=true
		{ [ "${#stacks[@]}" = 1 ] && [ "${#envs[@]}" = 0 ] || printf '## %s\n\n' "$title"; printf '%s\n\n' "$text"; } >>"$report"
		touched "$stack" "${with[@]}" >>"$report"
		if [ $status = 5 ]; then
			failed=1
			say error "$stack" "The change of $title reaches $FAIL_ON, at which this review fails"
		fi ;;
	*)
		if ! git cat-file -e "$base:./$stack" 2>/dev/null; then
			changed=true
			printf '### %s is new\n\n' "$title" >>"$report"
		else
			failed=1
			say error "$stack" "$(cat "$work/err")"
			{ echo "### $title cannot be compared with its base"; echo; fenced "$(cat "$work/err")"; echo; } >>"$report"
		fi ;;
	esac
}

for stack in "${stacks[@]}"; do
	review "$stack" ''
	for env in "${envs[@]}"; do
		[ -z "$env" ] || review "$stack" "$env"
	done
done
if [ -n "$out" ] && [ -d "$out" ]; then
	if ! text=$("$mlopsc" verify "$out" 2>&1); then
		failed=1
		say error "$out" "$text"
		{ echo '### Compiled output was edited, or merged badly'; echo; fenced "$text"; echo; } >>"$report"
	fi
fi

[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$report" >>"$GITHUB_STEP_SUMMARY"
[ -z "${GITHUB_OUTPUT:-}" ] || { echo "changed=$changed"; echo "report=$report"; } >>"$GITHUB_OUTPUT"

# One comment for each set of stacks, known by a line that readers do not see; it is updated as the pull request is.
comment() {
	local marker="<!-- mlopsc-review: ${stacks[*]} ${envs[*]-} -->" id body=$work/comment.md
	if [ ! -s "$report" ]; then
		printf 'Nothing changes in what %s compiles to.\n' "${stacks[*]}" >"$report"
	fi
	{ echo "$marker"; head -c 64000 "$report"; } >"$body"
	id=$(gh api "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" --paginate \
		--jq ".[] | select(.body | startswith(\"${marker//\"/\\\"}\")) | .id") || return 1
	id=${id%%$'\n'*}
	if [ -n "$id" ]; then
		gh api -X PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F "body=@$body" >/dev/null
	elif [ "$changed" = true ] || [ $failed = 1 ]; then
		gh api "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" -F "body=@$body" >/dev/null
	fi
}

if [ "${COMMENT:-true}" = true ] && [ -n "${PULL_REQUEST:-}" ] && [ -n "${GITHUB_REPOSITORY:-}" ]; then
	comment || echo "::notice::the review could not be written as a comment (a fork's token may only read): it is in the job's summary"
fi
exit $failed
