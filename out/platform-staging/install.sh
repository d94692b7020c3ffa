#!/bin/sh
# Installs this stack, and takes it away again: ./install.sh --help.
# Written by mlopsc from the source of the stack: what is changed here is lost with the next build.
# shellcheck disable=SC2086,SC2016 # KUBECTL and HELM may be several words; templates for kubectl are not for the shell
set -eu

stack=platform
title=platform-staging
# releases in the order of installing
charts='mlops-kafka/events
	mlops-prometheus/metrics
	mlops-mlflow/database
	istio-system/istio-base
	istio-system/istiod
	istio-system/istio-ingressgateway
	mlops-seldon/serving
	mlops-prefect/pipelines
	mlops-prefect/worker'
# when each kind is applied; deleting goes backwards
kinds='APIService=91
	CSIDriver=4
	ClusterRole=9
	ClusterRoleBinding=10
	ConfigMap=15
	ControllerRevision=21
	CronJob=26
	CustomResourceDefinition=2
	DaemonSet=24
	Deployment=23
	DeviceClass=5
	EndpointSlice=18
	Endpoints=18
	ExternalSecret=34
	FlowSchema=3
	Gateway=30
	HorizontalPodAutoscaler=28
	Ingress=32
	IngressClass=5
	Job=25
	Lease=15
	LimitRange=7
	MutatingAdmissionPolicy=92
	MutatingAdmissionPolicyBinding=93
	MutatingWebhookConfiguration=94
	Namespace=1
	NetworkPolicy=13
	PersistentVolume=16
	PersistentVolumeClaim=17
	Pod=25
	PodDisruptionBudget=27
	PodMonitor=34
	PodTemplate=21
	PriorityClass=3
	PriorityLevelConfiguration=3
	ReplicaSet=23
	ReplicationController=23
	ResourceClaim=17
	ResourceClaimTemplate=17
	ResourceQuota=6
	Role=11
	RoleBinding=12
	RuntimeClass=3
	Secret=14
	SeldonDeployment=29
	Service=18
	ServiceAccount=8
	StatefulSet=22
	StorageClass=4
	ValidatingAdmissionPolicy=92
	ValidatingAdmissionPolicyBinding=93
	ValidatingWebhookConfiguration=94
	VolumeAttributesClass=4'
KUBECTL=${KUBECTL:-kubectl}
HELM=${HELM:-helm}
mode=install old='' dry='' yes='' force='' timeout='' missing='' failed=''

usage() {
	cat <<'END'
usage: install.sh [OPTION...]

Without an option of what to do: makes the namespaces, looks whether the secrets are there, then installs each
component in the order of the wiring: its charts, its objects, and waits until it is ready. Can be run again.

  --prune OLD.lock   delete what an older mlops.lock lists and this one does not; - reads standard input:
                         git show HEAD~1:./mlops.lock | ./install.sh --prune -
  --uninstall        delete everything that this mlops.lock lists, the charts too
  --dry-run          print the commands and run none
  --yes              delete without asking
  --force-conflicts  take over fields that somebody else manages
  --timeout SECONDS  how long to wait for one thing (default: 600 for a chart, 300 for an object)
  --help             this text

Never deleted, only listed: PersistentVolumeClaims, PersistentVolumes, Namespaces, CustomResourceDefinitions, charts
that contain one, and objects that belong to another stack by now. KUBECTL and HELM name the programs to use.
Exit status: 0 done, 1 something is missing or failed, 3 wrong use.
END
}

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "install.sh: $*"
	exit 1
}

misuse() {
	say "install.sh: $*; see --help"
	exit 3
}

# A command as one could type it.
show() {
	line=''
	for word in "$@"; do
		case $word in
		'' | *[!A-Za-z0-9_./:@%+=,-]*) word="'$(printf '%s' "$word" | sed "s/'/'\\\\''/g")'" ;;
		esac
		line="$line${line:+ }$word"
	done
	printf '%s\n' "$line"
}

# $KUBECTL and $HELM stand without quotes everywhere: they may be several words.
run() {
	if [ -n "$dry" ]; then
		show "$@"
	else
		"$@"
	fi
}

# One that an object of the stack is: what comes before that object may need it.
namespace() {
	if [ -n "$dry" ] || ! $KUBECTL get namespace "$1" >/dev/null 2>&1; then
		run $KUBECTL create namespace "$1"
	fi
}

component() {
	say "component $1"
}

# A file of objects. What a chart has just brought (a webhook, a new kind) may need a moment before it answers.
apply() {
	file=$1
	set -- apply --server-side --field-manager=mlopsc
	[ -z "$force" ] || set -- "$@" --force-conflicts
	if [ -n "$dry" ]; then
		show $KUBECTL "$@" -f "$file"
		return 0
	fi
	tries=0
	until text=$($KUBECTL "$@" -f "$file" 2>&1); do
		tries=$((tries + 1))
		case $text in
		*'no matches for kind'* | *'failed calling webhook'*) ;;
		*) tries=99 ;;
		esac
		if [ "$tries" -gt 20 ]; then
			say "$text"
			die "$file could not be applied"
		fi
		sleep 3
	done
	printf '%s\n' "$text"
}

# name namespace version values chart [repository]
release() {
	say "  chart $2/$1"
	name=$1 ns=$2 version=$3 values=$4 chart=$5
	set -- "$chart" ${6:+--repo} ${6:+"$6"}
	run $HELM upgrade --install "$name" "$@" --version "$version" --namespace "$ns" --values "$values" \
		--wait --timeout "${timeout:-600}s"
}

# resource and the namespace options: until it exists
exists() {
	left=${timeout:-300}
	until text=$($KUBECTL get "$@" -o name 2>&1); do
		[ "$left" -gt 0 ] || die "$1 does not appear: $text"
		sleep 2
		left=$((left - 2))
	done
}

# resource namespace condition; namespace -: none
ready() {
	say "  wait for $1: $3"
	condition=$3
	if [ "$2" = - ]; then set -- "$1"; else set -- "$1" --namespace "$2"; fi
	[ -n "$dry" ] || exists "$@"
	run $KUBECTL wait "--for=condition=$condition" "$@" "--timeout=${timeout:-300}s"
}

# resource namespace
rollout() {
	say "  wait for $1"
	if [ "$2" = - ]; then set -- "$1"; else set -- "$1" --namespace "$2"; fi
	[ -n "$dry" ] || exists "$@"
	run $KUBECTL rollout status "$@" "--timeout=${timeout:-300}s"
}

# namespace name key...: sets $lacking to the keys that the secret does not have
lacking() {
	ns=$1 name=$2
	shift 2
	have=$($KUBECTL get secret "$name" --namespace "$ns" --ignore-not-found \
		-o 'go-template={{range $k, $v := .data}}{{$k}}{{" "}}{{end}}')
	lacking=''
	for key in "$@"; do
		case " $have" in
		*" $key "*) ;;
		*) lacking="$lacking $key" ;;
		esac
	done
}

# namespace name key...
secret() {
	if [ -n "$dry" ]; then
		show $KUBECTL get secret "$2" --namespace "$1"
		return 0
	fi
	lacking "$@"
	[ -z "$lacking" ] || missing="$missing  $1/$2:$lacking
"
}

secrets_present() {
	[ -n "$missing" ] || return 0
	say 'install.sh: these secrets or keys are missing; so far there are only the namespaces:'
	printf '%s' "$missing" >&2
	say 'Write their values to a file and run:  mlopsc secrets --from FILE.env | kubectl apply --server-side -f -'
	say '(mlopsc secrets lists what FILE.env has to hold, and which secrets have to exist already)'
	exit 1
}

# namespace name key...: a secret that an object of the stack fetches
await_secret() {
	say "  wait for secret $1/$2"
	if [ -n "$dry" ]; then
		show $KUBECTL get secret "$2" --namespace "$1"
		return 0
	fi
	left=${timeout:-300}
	lacking "$@"
	while [ -n "$lacking" ]; do
		[ "$left" -gt 0 ] || die "secret $1/$2 does not get its keys:$lacking"
		sleep 2
		left=$((left - 2))
		lacking "$@"
	done
}

# What the lock on standard input lists and the lock $1 does not: kind, namespace (- for none), name, in the order to
# delete it in, which is the order of installing backwards: components by their wires, objects by kind, then charts.
# An object whose API version changed is still the same object.
plan() {
	awk -v kinds="$(printf "%s " $kinds)" -v charts="$(printf "%s " $charts)" '
		function top(word) {
			while (!(word in component)) {
				if (!match(word, /-[^-]*$/))
					return ""
				word = substr(word, 1, RSTART - 1)
			}
			return word
		}
		BEGIN {
			n = split(kinds, list, " ")
			for (i = 1; i <= n; i++) {
				split(list[i], pair, "=")
				rank[pair[1]] = pair[2]
			}
			n = split(charts, list, " ")
			for (i = 1; i <= n; i++)
				turn[list[i]] = i
			gone = wires = 0
		}
		$1 == "object" {
			n = split($3, part, "/")
			kind = n == 3 ? part[3] "." part[1] : part[2] "." part[1] "."
			key = part[n] " " (n == 3 ? part[1] : "") " " $4
			order = part[n] in rank ? rank[part[n]] : 90
			chart = 0
			home = $5
			where = $4
		}
		$1 == "release" {
			kind = "release"
			key = "release " $3
			order = turn[$3] + 0
			chart = 1
			home = $6
			where = $3
		}
		side == "new" {
			if ($1 == "object" || $1 == "release")
				have[key] = 1
			next
		}
		$1 == "component" { component[$3] = 1; components++ }
		$1 == "wire" { wire[++wires] = $2 " " $3 }
		($1 == "object" || $1 == "release") && !(key in have) {
			gone++
			slash = index(where, "/")
			ns = substr(where, 1, slash - 1)
			text[gone] = kind " " (ns == "" ? "-" : ns) " " substr(where, slash + 1)
			homes[gone] = home
			orders[gone] = chart " " order
		}
		END {
			for (i = 1; i <= wires; i++) {
				split(wire[i], end, " ")
				sub(/[.].*/, "", end[1])
				from[i] = top(end[1])
				to[i] = top(end[2])
			}
			for (again = 1; again && rounds <= components; rounds++)
				for (i = again = 0; i++ < wires; )
					if (from[i] != "" && to[i] != "" && from[i] != to[i] && depth[from[i]] < depth[to[i]] + 1) {
						depth[from[i]] = depth[to[i]] + 1
						again = 1
					}
			for (i = 1; i <= gone; i++)
				print (homes[i] == "-" ? -1 : depth[homes[i]] + 0), orders[i], text[i]
		}
	' side=new "$1" side=old - | LC_ALL=C sort -k1,1nr -k2,2n -k3,3nr -k4,4 -k5,5 -k6,6 | cut -d ' ' -f 4-
}

ask() {
	[ -z "$yes$dry" ] || return 0
	if ! (: </dev/tty) 2>/dev/null; then
		die 'there is no terminal to ask on; --yes deletes without asking'
	fi
	printf 'delete them? [y/N] ' >/dev/tty
	read -r answer </dev/tty || answer=''
	case $answer in
	y | Y | yes) ;;
	*) die 'nothing was deleted' ;;
	esac
}

# kind namespace name
remove_object() {
	kind=$1 where=$2/$3 name=$3
	if [ "$2" = - ]; then set -- "$name"; else set -- "$name" --namespace "$2"; fi
	if [ -z "$dry" ]; then
		text=$($KUBECTL get "$kind" "$@" --ignore-not-found \
			-o 'jsonpath={"part-of="}{.metadata.labels.app\.kubernetes\.io/part-of}' 2>&1 </dev/null) || {
			case $text in
			*'have a resource type'* | *'no matches for kind'*) return 0 ;;
			esac
			say "$text"
			return 1
		}
		case $text in
		*"part-of=$stack") ;;
		*part-of=*)
			say "kept: $kind $where belongs to \"${text##*part-of=}\", not to $stack"
			return 0
			;;
		*) return 0 ;;
		esac
	fi
	run $KUBECTL delete "$kind" "$@" --ignore-not-found "--timeout=${timeout:-300}s" </dev/null
}

# namespace name
remove_release() {
	if [ -z "$dry" ]; then
		text=$($HELM list --all --short --namespace "$1" --filter "^$2\$" </dev/null) || return 1
		[ -n "$text" ] || return 0
		text=$($HELM get manifest "$2" --namespace "$1" </dev/null) || return 1
		text=$(printf '%s\n' "$text" | awk '
			function flush() { if (kind != "" && !keep) print kind; kind = ""; keep = 0 }
			/^---/ { flush() }
			/^kind: *"?(PersistentVolumeClaim|PersistentVolume|Namespace|CustomResourceDefinition)"? *$/ { kind = $2 }
			/helm.sh\/resource-policy"?: *"?keep/ { keep = 1 }
			END { flush() }' | sort -u | tr '\n' ' ')
		if [ -n "$text" ]; then
			say "kept: release $1/$2 contains ${text}and would delete it; to do so: helm uninstall $2 --namespace $1"
			return 0
		fi
	fi
	run $HELM uninstall "$2" --namespace "$1" --wait "--timeout=${timeout:-600}s" </dev/null
}

readable() {
	sed 's/^/  /; s/[.]v1[.] / /; s/ - / /' >&2
}

# The lock of what may be there on standard input; $1: the lock of what has to stay.
remove() {
	text=$(cat)
	case $text in
	'mlops.lock 1
'*) ;;
	*) die "$old is no mlops.lock" ;;
	esac
	case $text in
	*"
stack "*" $title") ;;
	*) die "$old is not a lock of $title" ;;
	esac
	list=$(printf '%s\n' "$text" | plan "$1")
	kept=$(printf '%s\n' "$list" | grep -E '^(PersistentVolumeClaim|PersistentVolume|Namespace)\.v1\. |^CustomResourceDefinition\.' || :)
	list=$(printf '%s\n' "$list" | grep -vE '^(PersistentVolumeClaim|PersistentVolume|Namespace)\.v1\. |^CustomResourceDefinition\.' || :)
	if [ -n "$kept" ]; then
		say 'kept; delete these by hand, if you are sure:'
		printf '%s\n' "$kept" | readable
	fi
	if [ -z "$list" ]; then
		say 'nothing to delete'
		return 0
	fi
	say 'to be deleted, in this order:'
	printf '%s\n' "$list" | readable
	ask
	while read -r kind ns name; do
		case $kind in
		release) remove_release "$ns" "$name" || failed="$failed $ns/$name" ;;
		*) remove_object "$kind" "$ns" "$name" || failed="$failed $ns/$name" ;;
		esac
	done <<END
$list
END
	[ -z "$failed" ] || die "not deleted:$failed"
}

install() {
	apply 00-namespaces.yaml

	component external-secrets
	apply manifests/external-secrets.yaml
	await_secret istio-system registry-login .dockerconfigjson
	await_secret mlops-kafka kafka-auth client-passwords controller-password inter-broker-password system-user-password
	await_secret mlops-kafka registry-login .dockerconfigjson
	await_secret mlops-mlflow database-auth password postgres-password
	await_secret mlops-mlflow registry-login .dockerconfigjson
	await_secret mlops-mlflow store-auth access-key secret-key
	await_secret mlops-prefect prefect-db connection-string password
	await_secret mlops-prefect registry-login .dockerconfigjson
	await_secret mlops-prefect store-auth access-key secret-key
	await_secret mlops-prometheus grafana-admin admin-password admin-user
	await_secret mlops-prometheus registry-login .dockerconfigjson
	await_secret mlops-seldon kafka-auth client-passwords
	await_secret mlops-seldon registry-login .dockerconfigjson
	await_secret mlops-seldon store-auth access-key secret-key

	component events
	release events mlops-kafka 32.4.3 helm/events.values.yaml oci://registry-1.docker.io/bitnamicharts/kafka
	rollout statefulset/events-kafka-controller mlops-kafka

	component metrics
	release metrics mlops-prometheus 88.5.3 helm/metrics.values.yaml kube-prometheus-stack https://prometheus-community.github.io/helm-charts
	ready crd/servicemonitors.monitoring.coreos.com - Established
	ready crd/podmonitors.monitoring.coreos.com - Established
	ready crd/prometheusrules.monitoring.coreos.com - Established
	rollout deployment/metrics-kube-prometheus-operator mlops-prometheus

	component database
	release database mlops-mlflow 17.1.0 helm/database.values.yaml oci://registry-1.docker.io/bitnamicharts/postgresql
	rollout statefulset/database-postgresql mlops-mlflow

	component registry
	apply manifests/registry.yaml
	rollout deployment/registry mlops-mlflow

	component mesh
	release istio-base istio-system 1.30.3 helm/istio-base.values.yaml base https://istio-release.storage.googleapis.com/charts
	ready crd/gateways.networking.istio.io - Established
	release istiod istio-system 1.30.3 helm/istiod.values.yaml istiod https://istio-release.storage.googleapis.com/charts
	rollout deployment/istiod istio-system
	release istio-ingressgateway istio-system 1.30.3 helm/istio-ingressgateway.values.yaml gateway https://istio-release.storage.googleapis.com/charts
	rollout deployment/istio-ingressgateway istio-system
	apply manifests/mesh.yaml

	component serving
	release serving mlops-seldon 1.18.2 helm/serving.values.yaml seldon-core-operator https://storage.googleapis.com/seldon-charts
	ready crd/seldondeployments.machinelearning.seldon.io - Established
	rollout deployment/seldon-controller-manager mlops-seldon
	apply manifests/serving.yaml

	component churn
	apply manifests/churn.yaml

	component pipelines
	release pipelines mlops-prefect 2026.8.18172642 helm/pipelines.values.yaml prefect-server https://prefecthq.github.io/prefect-helm
	rollout deployment/prefect-server mlops-prefect

	component jobs
	apply manifests/jobs.yaml

	component churn-training
	apply manifests/churn-training.yaml

	component worker
	release worker mlops-prefect 2026.8.18172642 helm/worker.values.yaml prefect-worker https://prefecthq.github.io/prefect-helm
	rollout deployment/worker mlops-prefect
}

while [ $# -gt 0 ]; do
	case $1 in
	--prune)
		[ $# -ge 2 ] || misuse '--prune needs the older mlops.lock'
		mode=prune old=$2
		shift
		;;
	--prune=*) mode=prune old=${1#*=} ;;
	--uninstall) mode=uninstall ;;
	--dry-run) dry=yes ;;
	--yes) yes=yes ;;
	--force-conflicts) force=yes ;;
	--timeout)
		[ $# -ge 2 ] || misuse '--timeout needs a number of seconds'
		timeout=$2
		shift
		;;
	--timeout=*) timeout=${1#*=} ;;
	-h | --help)
		usage
		exit 0
		;;
	*) misuse "$1 is not an option" ;;
	esac
	shift
done
case $timeout in
*[!0-9]*) misuse '--timeout needs a number of seconds' ;;
esac

if [ -z "$dry" ]; then
	command -v "${KUBECTL%% *}" >/dev/null || die "${KUBECTL%% *} is needed and not found; KUBECTL can name another"
	[ -z "$charts" ] || command -v "${HELM%% *}" >/dev/null || die "${HELM%% *} is needed and not found; HELM can name another"
fi
case $old in
- | /*) ;;
*) old=$PWD/$old ;;
esac
CDPATH='' cd -- "$(dirname -- "$0")"

case $mode in
install)
	install
	say "$title is installed"
	;;
prune)
	if [ "$old" = - ]; then
		old='standard input'
		remove mlops.lock
	else
		[ -r "$old" ] || die "$old cannot be read"
		remove mlops.lock <"$old"
	fi
	;;
uninstall)
	old=mlops.lock
	remove /dev/null <mlops.lock
	;;
esac
