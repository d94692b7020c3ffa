#!/bin/sh
# Installs this stack, and takes it away again: ./install.sh --help.
# Written by mlopsc from the source of the stack: what is changed here is lost with the next build.
# shellcheck disable=SC2086,SC2016 # KUBECTL and HELM may be several words; templates for kubectl are not for the shell
set -eu

stack=fleet
title=fleet
# releases in the order of installing
charts='mlops-prometheus/metrics
	istio-system/istio-base
	istio-system/istiod
	istio-system/istio-ingressgateway
	mlops-seldon/serving'
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
	PrometheusRule=35
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
	secret fleet store-auth access-key secret-key
	secrets_present

	component metrics
	release metrics mlops-prometheus 88.5.3 helm/metrics.values.yaml kube-prometheus-stack https://prometheus-community.github.io/helm-charts
	ready crd/servicemonitors.monitoring.coreos.com - Established
	ready crd/podmonitors.monitoring.coreos.com - Established
	ready crd/prometheusrules.monitoring.coreos.com - Established
	rollout deployment/metrics-kube-prometheus-operator mlops-prometheus

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

	component basket-at
	apply manifests/basket-at.yaml

	component basket-be
	apply manifests/basket-be.yaml

	component basket-bg
	apply manifests/basket-bg.yaml

	component basket-cy
	apply manifests/basket-cy.yaml

	component basket-cz
	apply manifests/basket-cz.yaml

	component basket-de
	apply manifests/basket-de.yaml

	component basket-dk
	apply manifests/basket-dk.yaml

	component basket-ee
	apply manifests/basket-ee.yaml

	component basket-es
	apply manifests/basket-es.yaml

	component basket-fi
	apply manifests/basket-fi.yaml

	component basket-fr
	apply manifests/basket-fr.yaml

	component basket-gr
	apply manifests/basket-gr.yaml

	component basket-hr
	apply manifests/basket-hr.yaml

	component basket-hu
	apply manifests/basket-hu.yaml

	component basket-ie
	apply manifests/basket-ie.yaml

	component basket-it
	apply manifests/basket-it.yaml

	component basket-lt
	apply manifests/basket-lt.yaml

	component basket-nl
	apply manifests/basket-nl.yaml

	component basket-pl
	apply manifests/basket-pl.yaml

	component basket-pt
	apply manifests/basket-pt.yaml

	component churn-at
	apply manifests/churn-at.yaml

	component churn-be
	apply manifests/churn-be.yaml

	component churn-bg
	apply manifests/churn-bg.yaml

	component churn-cy
	apply manifests/churn-cy.yaml

	component churn-cz
	apply manifests/churn-cz.yaml

	component churn-de
	apply manifests/churn-de.yaml

	component churn-dk
	apply manifests/churn-dk.yaml

	component churn-ee
	apply manifests/churn-ee.yaml

	component churn-es
	apply manifests/churn-es.yaml

	component churn-fi
	apply manifests/churn-fi.yaml

	component churn-fr
	apply manifests/churn-fr.yaml

	component churn-gr
	apply manifests/churn-gr.yaml

	component churn-hr
	apply manifests/churn-hr.yaml

	component churn-hu
	apply manifests/churn-hu.yaml

	component churn-ie
	apply manifests/churn-ie.yaml

	component churn-it
	apply manifests/churn-it.yaml

	component churn-lt
	apply manifests/churn-lt.yaml

	component churn-nl
	apply manifests/churn-nl.yaml

	component churn-pl
	apply manifests/churn-pl.yaml

	component churn-pt
	apply manifests/churn-pt.yaml

	component click-at
	apply manifests/click-at.yaml

	component click-be
	apply manifests/click-be.yaml

	component click-bg
	apply manifests/click-bg.yaml

	component click-cy
	apply manifests/click-cy.yaml

	component click-cz
	apply manifests/click-cz.yaml

	component click-de
	apply manifests/click-de.yaml

	component click-dk
	apply manifests/click-dk.yaml

	component click-ee
	apply manifests/click-ee.yaml

	component click-es
	apply manifests/click-es.yaml

	component click-fi
	apply manifests/click-fi.yaml

	component click-fr
	apply manifests/click-fr.yaml

	component click-gr
	apply manifests/click-gr.yaml

	component click-hr
	apply manifests/click-hr.yaml

	component click-hu
	apply manifests/click-hu.yaml

	component click-ie
	apply manifests/click-ie.yaml

	component click-it
	apply manifests/click-it.yaml

	component click-lt
	apply manifests/click-lt.yaml

	component click-nl
	apply manifests/click-nl.yaml

	component click-pl
	apply manifests/click-pl.yaml

	component click-pt
	apply manifests/click-pt.yaml

	component credit-at
	apply manifests/credit-at.yaml

	component credit-be
	apply manifests/credit-be.yaml

	component credit-bg
	apply manifests/credit-bg.yaml

	component credit-cy
	apply manifests/credit-cy.yaml

	component credit-cz
	apply manifests/credit-cz.yaml

	component credit-de
	apply manifests/credit-de.yaml

	component credit-dk
	apply manifests/credit-dk.yaml

	component credit-ee
	apply manifests/credit-ee.yaml

	component credit-es
	apply manifests/credit-es.yaml

	component credit-fi
	apply manifests/credit-fi.yaml

	component credit-fr
	apply manifests/credit-fr.yaml

	component credit-gr
	apply manifests/credit-gr.yaml

	component credit-hr
	apply manifests/credit-hr.yaml

	component credit-hu
	apply manifests/credit-hu.yaml

	component credit-ie
	apply manifests/credit-ie.yaml

	component credit-it
	apply manifests/credit-it.yaml

	component credit-lt
	apply manifests/credit-lt.yaml

	component credit-nl
	apply manifests/credit-nl.yaml

	component credit-pl
	apply manifests/credit-pl.yaml

	component credit-pt
	apply manifests/credit-pt.yaml

	component delay-at
	apply manifests/delay-at.yaml

	component delay-be
	apply manifests/delay-be.yaml

	component delay-bg
	apply manifests/delay-bg.yaml

	component delay-cy
	apply manifests/delay-cy.yaml

	component delay-cz
	apply manifests/delay-cz.yaml

	component delay-de
	apply manifests/delay-de.yaml

	component delay-dk
	apply manifests/delay-dk.yaml

	component delay-ee
	apply manifests/delay-ee.yaml

	component delay-es
	apply manifests/delay-es.yaml

	component delay-fi
	apply manifests/delay-fi.yaml

	component delay-fr
	apply manifests/delay-fr.yaml

	component delay-gr
	apply manifests/delay-gr.yaml

	component delay-hr
	apply manifests/delay-hr.yaml

	component delay-hu
	apply manifests/delay-hu.yaml

	component delay-ie
	apply manifests/delay-ie.yaml

	component delay-it
	apply manifests/delay-it.yaml

	component delay-lt
	apply manifests/delay-lt.yaml

	component delay-nl
	apply manifests/delay-nl.yaml

	component delay-pl
	apply manifests/delay-pl.yaml

	component delay-pt
	apply manifests/delay-pt.yaml

	component demand-at
	apply manifests/demand-at.yaml

	component demand-be
	apply manifests/demand-be.yaml

	component demand-bg
	apply manifests/demand-bg.yaml

	component demand-cy
	apply manifests/demand-cy.yaml

	component demand-cz
	apply manifests/demand-cz.yaml

	component demand-de
	apply manifests/demand-de.yaml

	component demand-dk
	apply manifests/demand-dk.yaml

	component demand-ee
	apply manifests/demand-ee.yaml

	component demand-es
	apply manifests/demand-es.yaml

	component demand-fi
	apply manifests/demand-fi.yaml

	component demand-fr
	apply manifests/demand-fr.yaml

	component demand-gr
	apply manifests/demand-gr.yaml

	component demand-hr
	apply manifests/demand-hr.yaml

	component demand-hu
	apply manifests/demand-hu.yaml

	component demand-ie
	apply manifests/demand-ie.yaml

	component demand-it
	apply manifests/demand-it.yaml

	component demand-lt
	apply manifests/demand-lt.yaml

	component demand-nl
	apply manifests/demand-nl.yaml

	component demand-pl
	apply manifests/demand-pl.yaml

	component demand-pt
	apply manifests/demand-pt.yaml

	component dwell-at
	apply manifests/dwell-at.yaml

	component dwell-be
	apply manifests/dwell-be.yaml

	component dwell-bg
	apply manifests/dwell-bg.yaml

	component dwell-cy
	apply manifests/dwell-cy.yaml

	component dwell-cz
	apply manifests/dwell-cz.yaml

	component dwell-de
	apply manifests/dwell-de.yaml

	component dwell-dk
	apply manifests/dwell-dk.yaml

	component dwell-ee
	apply manifests/dwell-ee.yaml

	component dwell-es
	apply manifests/dwell-es.yaml

	component dwell-fi
	apply manifests/dwell-fi.yaml

	component dwell-fr
	apply manifests/dwell-fr.yaml

	component dwell-gr
	apply manifests/dwell-gr.yaml

	component dwell-hr
	apply manifests/dwell-hr.yaml

	component dwell-hu
	apply manifests/dwell-hu.yaml

	component dwell-ie
	apply manifests/dwell-ie.yaml

	component dwell-it
	apply manifests/dwell-it.yaml

	component dwell-lt
	apply manifests/dwell-lt.yaml

	component dwell-nl
	apply manifests/dwell-nl.yaml

	component dwell-pl
	apply manifests/dwell-pl.yaml

	component dwell-pt
	apply manifests/dwell-pt.yaml

	component fraud-at
	apply manifests/fraud-at.yaml

	component fraud-be
	apply manifests/fraud-be.yaml

	component fraud-bg
	apply manifests/fraud-bg.yaml

	component fraud-cy
	apply manifests/fraud-cy.yaml

	component fraud-cz
	apply manifests/fraud-cz.yaml

	component fraud-de
	apply manifests/fraud-de.yaml

	component fraud-dk
	apply manifests/fraud-dk.yaml

	component fraud-ee
	apply manifests/fraud-ee.yaml

	component fraud-es
	apply manifests/fraud-es.yaml

	component fraud-fi
	apply manifests/fraud-fi.yaml

	component fraud-fr
	apply manifests/fraud-fr.yaml

	component fraud-gr
	apply manifests/fraud-gr.yaml

	component fraud-hr
	apply manifests/fraud-hr.yaml

	component fraud-hu
	apply manifests/fraud-hu.yaml

	component fraud-ie
	apply manifests/fraud-ie.yaml

	component fraud-it
	apply manifests/fraud-it.yaml

	component fraud-lt
	apply manifests/fraud-lt.yaml

	component fraud-nl
	apply manifests/fraud-nl.yaml

	component fraud-pl
	apply manifests/fraud-pl.yaml

	component fraud-pt
	apply manifests/fraud-pt.yaml

	component intent-at
	apply manifests/intent-at.yaml

	component intent-be
	apply manifests/intent-be.yaml

	component intent-bg
	apply manifests/intent-bg.yaml

	component intent-cy
	apply manifests/intent-cy.yaml

	component intent-cz
	apply manifests/intent-cz.yaml

	component intent-de
	apply manifests/intent-de.yaml

	component intent-dk
	apply manifests/intent-dk.yaml

	component intent-ee
	apply manifests/intent-ee.yaml

	component intent-es
	apply manifests/intent-es.yaml

	component intent-fi
	apply manifests/intent-fi.yaml

	component intent-fr
	apply manifests/intent-fr.yaml

	component intent-gr
	apply manifests/intent-gr.yaml

	component intent-hr
	apply manifests/intent-hr.yaml

	component intent-hu
	apply manifests/intent-hu.yaml

	component intent-ie
	apply manifests/intent-ie.yaml

	component intent-it
	apply manifests/intent-it.yaml

	component intent-lt
	apply manifests/intent-lt.yaml

	component intent-nl
	apply manifests/intent-nl.yaml

	component intent-pl
	apply manifests/intent-pl.yaml

	component intent-pt
	apply manifests/intent-pt.yaml

	component lead-at
	apply manifests/lead-at.yaml

	component lead-be
	apply manifests/lead-be.yaml

	component lead-bg
	apply manifests/lead-bg.yaml

	component lead-cy
	apply manifests/lead-cy.yaml

	component lead-cz
	apply manifests/lead-cz.yaml

	component lead-de
	apply manifests/lead-de.yaml

	component lead-dk
	apply manifests/lead-dk.yaml

	component lead-ee
	apply manifests/lead-ee.yaml

	component lead-es
	apply manifests/lead-es.yaml

	component lead-fi
	apply manifests/lead-fi.yaml

	component lead-fr
	apply manifests/lead-fr.yaml

	component lead-gr
	apply manifests/lead-gr.yaml

	component lead-hr
	apply manifests/lead-hr.yaml

	component lead-hu
	apply manifests/lead-hu.yaml

	component lead-ie
	apply manifests/lead-ie.yaml

	component lead-it
	apply manifests/lead-it.yaml

	component lead-lt
	apply manifests/lead-lt.yaml

	component lead-nl
	apply manifests/lead-nl.yaml

	component lead-pl
	apply manifests/lead-pl.yaml

	component lead-pt
	apply manifests/lead-pt.yaml

	component loyalty-at
	apply manifests/loyalty-at.yaml

	component loyalty-be
	apply manifests/loyalty-be.yaml

	component loyalty-bg
	apply manifests/loyalty-bg.yaml

	component loyalty-cy
	apply manifests/loyalty-cy.yaml

	component loyalty-cz
	apply manifests/loyalty-cz.yaml

	component loyalty-de
	apply manifests/loyalty-de.yaml

	component loyalty-dk
	apply manifests/loyalty-dk.yaml

	component loyalty-ee
	apply manifests/loyalty-ee.yaml

	component loyalty-es
	apply manifests/loyalty-es.yaml

	component loyalty-fi
	apply manifests/loyalty-fi.yaml

	component loyalty-fr
	apply manifests/loyalty-fr.yaml

	component loyalty-gr
	apply manifests/loyalty-gr.yaml

	component loyalty-hr
	apply manifests/loyalty-hr.yaml

	component loyalty-hu
	apply manifests/loyalty-hu.yaml

	component loyalty-ie
	apply manifests/loyalty-ie.yaml

	component loyalty-it
	apply manifests/loyalty-it.yaml

	component loyalty-lt
	apply manifests/loyalty-lt.yaml

	component loyalty-nl
	apply manifests/loyalty-nl.yaml

	component loyalty-pl
	apply manifests/loyalty-pl.yaml

	component loyalty-pt
	apply manifests/loyalty-pt.yaml

	component margin-at
	apply manifests/margin-at.yaml

	component margin-be
	apply manifests/margin-be.yaml

	component margin-bg
	apply manifests/margin-bg.yaml

	component margin-cy
	apply manifests/margin-cy.yaml

	component margin-cz
	apply manifests/margin-cz.yaml

	component margin-de
	apply manifests/margin-de.yaml

	component margin-dk
	apply manifests/margin-dk.yaml

	component margin-ee
	apply manifests/margin-ee.yaml

	component margin-es
	apply manifests/margin-es.yaml

	component margin-fi
	apply manifests/margin-fi.yaml

	component margin-fr
	apply manifests/margin-fr.yaml

	component margin-gr
	apply manifests/margin-gr.yaml

	component margin-hr
	apply manifests/margin-hr.yaml

	component margin-hu
	apply manifests/margin-hu.yaml

	component margin-ie
	apply manifests/margin-ie.yaml

	component margin-it
	apply manifests/margin-it.yaml

	component margin-lt
	apply manifests/margin-lt.yaml

	component margin-nl
	apply manifests/margin-nl.yaml

	component margin-pl
	apply manifests/margin-pl.yaml

	component margin-pt
	apply manifests/margin-pt.yaml

	component mood-at
	apply manifests/mood-at.yaml

	component mood-be
	apply manifests/mood-be.yaml

	component mood-bg
	apply manifests/mood-bg.yaml

	component mood-cy
	apply manifests/mood-cy.yaml

	component mood-cz
	apply manifests/mood-cz.yaml

	component mood-de
	apply manifests/mood-de.yaml

	component mood-dk
	apply manifests/mood-dk.yaml

	component mood-ee
	apply manifests/mood-ee.yaml

	component mood-es
	apply manifests/mood-es.yaml

	component mood-fi
	apply manifests/mood-fi.yaml

	component mood-fr
	apply manifests/mood-fr.yaml

	component mood-gr
	apply manifests/mood-gr.yaml

	component mood-hr
	apply manifests/mood-hr.yaml

	component mood-hu
	apply manifests/mood-hu.yaml

	component mood-ie
	apply manifests/mood-ie.yaml

	component mood-it
	apply manifests/mood-it.yaml

	component mood-lt
	apply manifests/mood-lt.yaml

	component mood-nl
	apply manifests/mood-nl.yaml

	component mood-pl
	apply manifests/mood-pl.yaml

	component mood-pt
	apply manifests/mood-pt.yaml

	component offer-at
	apply manifests/offer-at.yaml

	component offer-be
	apply manifests/offer-be.yaml

	component offer-bg
	apply manifests/offer-bg.yaml

	component offer-cy
	apply manifests/offer-cy.yaml

	component offer-cz
	apply manifests/offer-cz.yaml

	component offer-de
	apply manifests/offer-de.yaml

	component offer-dk
	apply manifests/offer-dk.yaml

	component offer-ee
	apply manifests/offer-ee.yaml

	component offer-es
	apply manifests/offer-es.yaml

	component offer-fi
	apply manifests/offer-fi.yaml

	component offer-fr
	apply manifests/offer-fr.yaml

	component offer-gr
	apply manifests/offer-gr.yaml

	component offer-hr
	apply manifests/offer-hr.yaml

	component offer-hu
	apply manifests/offer-hu.yaml

	component offer-ie
	apply manifests/offer-ie.yaml

	component offer-it
	apply manifests/offer-it.yaml

	component offer-lt
	apply manifests/offer-lt.yaml

	component offer-nl
	apply manifests/offer-nl.yaml

	component offer-pl
	apply manifests/offer-pl.yaml

	component offer-pt
	apply manifests/offer-pt.yaml

	component price-at
	apply manifests/price-at.yaml

	component price-be
	apply manifests/price-be.yaml

	component price-bg
	apply manifests/price-bg.yaml

	component price-cy
	apply manifests/price-cy.yaml

	component price-cz
	apply manifests/price-cz.yaml

	component price-de
	apply manifests/price-de.yaml

	component price-dk
	apply manifests/price-dk.yaml

	component price-ee
	apply manifests/price-ee.yaml

	component price-es
	apply manifests/price-es.yaml

	component price-fi
	apply manifests/price-fi.yaml

	component price-fr
	apply manifests/price-fr.yaml

	component price-gr
	apply manifests/price-gr.yaml

	component price-hr
	apply manifests/price-hr.yaml

	component price-hu
	apply manifests/price-hu.yaml

	component price-ie
	apply manifests/price-ie.yaml

	component price-it
	apply manifests/price-it.yaml

	component price-lt
	apply manifests/price-lt.yaml

	component price-nl
	apply manifests/price-nl.yaml

	component price-pl
	apply manifests/price-pl.yaml

	component price-pt
	apply manifests/price-pt.yaml

	component rank-at
	apply manifests/rank-at.yaml

	component rank-be
	apply manifests/rank-be.yaml

	component rank-bg
	apply manifests/rank-bg.yaml

	component rank-cy
	apply manifests/rank-cy.yaml

	component rank-cz
	apply manifests/rank-cz.yaml

	component rank-de
	apply manifests/rank-de.yaml

	component rank-dk
	apply manifests/rank-dk.yaml

	component rank-ee
	apply manifests/rank-ee.yaml

	component rank-es
	apply manifests/rank-es.yaml

	component rank-fi
	apply manifests/rank-fi.yaml

	component rank-fr
	apply manifests/rank-fr.yaml

	component rank-gr
	apply manifests/rank-gr.yaml

	component rank-hr
	apply manifests/rank-hr.yaml

	component rank-hu
	apply manifests/rank-hu.yaml

	component rank-ie
	apply manifests/rank-ie.yaml

	component rank-it
	apply manifests/rank-it.yaml

	component rank-lt
	apply manifests/rank-lt.yaml

	component rank-nl
	apply manifests/rank-nl.yaml

	component rank-pl
	apply manifests/rank-pl.yaml

	component rank-pt
	apply manifests/rank-pt.yaml

	component return-at
	apply manifests/return-at.yaml

	component return-be
	apply manifests/return-be.yaml

	component return-bg
	apply manifests/return-bg.yaml

	component return-cy
	apply manifests/return-cy.yaml

	component return-cz
	apply manifests/return-cz.yaml

	component return-de
	apply manifests/return-de.yaml

	component return-dk
	apply manifests/return-dk.yaml

	component return-ee
	apply manifests/return-ee.yaml

	component return-es
	apply manifests/return-es.yaml

	component return-fi
	apply manifests/return-fi.yaml

	component return-fr
	apply manifests/return-fr.yaml

	component return-gr
	apply manifests/return-gr.yaml

	component return-hr
	apply manifests/return-hr.yaml

	component return-hu
	apply manifests/return-hu.yaml

	component return-ie
	apply manifests/return-ie.yaml

	component return-it
	apply manifests/return-it.yaml

	component return-lt
	apply manifests/return-lt.yaml

	component return-nl
	apply manifests/return-nl.yaml

	component return-pl
	apply manifests/return-pl.yaml

	component return-pt
	apply manifests/return-pt.yaml

	component route-at
	apply manifests/route-at.yaml

	component route-be
	apply manifests/route-be.yaml

	component route-bg
	apply manifests/route-bg.yaml

	component route-cy
	apply manifests/route-cy.yaml

	component route-cz
	apply manifests/route-cz.yaml

	component route-de
	apply manifests/route-de.yaml

	component route-dk
	apply manifests/route-dk.yaml

	component route-ee
	apply manifests/route-ee.yaml

	component route-es
	apply manifests/route-es.yaml

	component route-fi
	apply manifests/route-fi.yaml

	component route-fr
	apply manifests/route-fr.yaml

	component route-gr
	apply manifests/route-gr.yaml

	component route-hr
	apply manifests/route-hr.yaml

	component route-hu
	apply manifests/route-hu.yaml

	component route-ie
	apply manifests/route-ie.yaml

	component route-it
	apply manifests/route-it.yaml

	component route-lt
	apply manifests/route-lt.yaml

	component route-nl
	apply manifests/route-nl.yaml

	component route-pl
	apply manifests/route-pl.yaml

	component route-pt
	apply manifests/route-pt.yaml

	component stock-at
	apply manifests/stock-at.yaml

	component stock-be
	apply manifests/stock-be.yaml

	component stock-bg
	apply manifests/stock-bg.yaml

	component stock-cy
	apply manifests/stock-cy.yaml

	component stock-cz
	apply manifests/stock-cz.yaml

	component stock-de
	apply manifests/stock-de.yaml

	component stock-dk
	apply manifests/stock-dk.yaml

	component stock-ee
	apply manifests/stock-ee.yaml

	component stock-es
	apply manifests/stock-es.yaml

	component stock-fi
	apply manifests/stock-fi.yaml

	component stock-fr
	apply manifests/stock-fr.yaml

	component stock-gr
	apply manifests/stock-gr.yaml

	component stock-hr
	apply manifests/stock-hr.yaml

	component stock-hu
	apply manifests/stock-hu.yaml

	component stock-ie
	apply manifests/stock-ie.yaml

	component stock-it
	apply manifests/stock-it.yaml

	component stock-lt
	apply manifests/stock-lt.yaml

	component stock-nl
	apply manifests/stock-nl.yaml

	component stock-pl
	apply manifests/stock-pl.yaml

	component stock-pt
	apply manifests/stock-pt.yaml

	component upsell-at
	apply manifests/upsell-at.yaml

	component upsell-be
	apply manifests/upsell-be.yaml

	component upsell-bg
	apply manifests/upsell-bg.yaml

	component upsell-cy
	apply manifests/upsell-cy.yaml

	component upsell-cz
	apply manifests/upsell-cz.yaml

	component upsell-de
	apply manifests/upsell-de.yaml

	component upsell-dk
	apply manifests/upsell-dk.yaml

	component upsell-ee
	apply manifests/upsell-ee.yaml

	component upsell-es
	apply manifests/upsell-es.yaml

	component upsell-fi
	apply manifests/upsell-fi.yaml

	component upsell-fr
	apply manifests/upsell-fr.yaml

	component upsell-gr
	apply manifests/upsell-gr.yaml

	component upsell-hr
	apply manifests/upsell-hr.yaml

	component upsell-hu
	apply manifests/upsell-hu.yaml

	component upsell-ie
	apply manifests/upsell-ie.yaml

	component upsell-it
	apply manifests/upsell-it.yaml

	component upsell-lt
	apply manifests/upsell-lt.yaml

	component upsell-nl
	apply manifests/upsell-nl.yaml

	component upsell-pl
	apply manifests/upsell-pl.yaml

	component upsell-pt
	apply manifests/upsell-pt.yaml
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
