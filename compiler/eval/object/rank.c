/* Kubernetes' own kinds: when they are applied, and which belong to no namespace. Custom kinds are the library's to
   know. */
#include "eval/out.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

/* What others need comes first: names to live in, rights, configuration, storage, addresses, then what runs, then what
   watches it. Webhooks come after everything, because from then on every request passes through them. The numbers leave
   room for the custom kinds that stand between (19 to 21: what fetches charts; 29 to 38: what operators read).
   Sorted by name. */
static const struct emit_kind kinds[] = {
	{ "APIService", 91 },
	{ "CSIDriver", 4 },
	{ "ClusterRole", 9 },
	{ "ClusterRoleBinding", 10 },
	{ "ConfigMap", 15 },
	{ "ControllerRevision", 21 },
	{ "CronJob", 26 },
	{ "CustomResourceDefinition", 2 },
	{ "DaemonSet", 24 },
	{ "Deployment", 23 },
	{ "DeviceClass", 5 },
	{ "EndpointSlice", 18 },
	{ "Endpoints", 18 },
	{ "FlowSchema", 3 },
	{ "HorizontalPodAutoscaler", 28 },
	{ "Ingress", 32 },
	{ "IngressClass", 5 },
	{ "Job", 25 },
	{ "Lease", 15 },
	{ "LimitRange", 7 },
	{ "MutatingAdmissionPolicy", 92 },
	{ "MutatingAdmissionPolicyBinding", 93 },
	{ "MutatingWebhookConfiguration", 94 },
	{ "Namespace", 1 },
	{ "NetworkPolicy", 13 },
	{ "PersistentVolume", 16 },
	{ "PersistentVolumeClaim", 17 },
	{ "Pod", 25 },
	{ "PodDisruptionBudget", 27 },
	{ "PodTemplate", 21 },
	{ "PriorityClass", 3 },
	{ "PriorityLevelConfiguration", 3 },
	{ "ReplicaSet", 23 },
	{ "ReplicationController", 23 },
	{ "ResourceClaim", 17 },
	{ "ResourceClaimTemplate", 17 },
	{ "ResourceQuota", 6 },
	{ "Role", 11 },
	{ "RoleBinding", 12 },
	{ "RuntimeClass", 3 },
	{ "Secret", 14 },
	{ "Service", 18 },
	{ "ServiceAccount", 8 },
	{ "StatefulSet", 22 },
	{ "StorageClass", 4 },
	{ "ValidatingAdmissionPolicy", 92 },
	{ "ValidatingAdmissionPolicyBinding", 93 },
	{ "ValidatingWebhookConfiguration", 94 },
	{ "VolumeAttributesClass", 4 },
};

/* "group/Kind", without the version, which does not matter here. Sorted. */
static const char *const cluster_scoped[] = {
	"/ComponentStatus",
	"/Namespace",
	"/Node",
	"/PersistentVolume",
	"admissionregistration.k8s.io/MutatingAdmissionPolicy",
	"admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
	"admissionregistration.k8s.io/MutatingWebhookConfiguration",
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy",
	"admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
	"admissionregistration.k8s.io/ValidatingWebhookConfiguration",
	"apiextensions.k8s.io/CustomResourceDefinition",
	"apiregistration.k8s.io/APIService",
	"certificates.k8s.io/CertificateSigningRequest",
	"certificates.k8s.io/ClusterTrustBundle",
	"flowcontrol.apiserver.k8s.io/FlowSchema",
	"flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
	"networking.k8s.io/IPAddress",
	"networking.k8s.io/IngressClass",
	"networking.k8s.io/ServiceCIDR",
	"node.k8s.io/RuntimeClass",
	"rbac.authorization.k8s.io/ClusterRole",
	"rbac.authorization.k8s.io/ClusterRoleBinding",
	"resource.k8s.io/DeviceClass",
	"resource.k8s.io/DeviceTaintRule",
	"resource.k8s.io/ResourceSlice",
	"scheduling.k8s.io/PriorityClass",
	"storage.k8s.io/CSIDriver",
	"storage.k8s.io/CSINode",
	"storage.k8s.io/StorageClass",
	"storage.k8s.io/VolumeAttachment",
	"storage.k8s.io/VolumeAttributesClass",
	"storagemigration.k8s.io/StorageVersionMigration",
};

static int by_kind(const void *a, const void *b)
{
	return strcmp(((const struct emit_kind *)a)->kind, ((const struct emit_kind *)b)->kind);
}

const struct emit_kind *emit_kinds(uint32_t *n)
{
	*n = sizeof kinds / sizeof *kinds;
	return kinds;
}

int emit_rank(const char *kind)
{
	const struct emit_kind key = { .kind = kind };
	const struct emit_kind *k = bsearch(&key, kinds, sizeof kinds / sizeof *kinds, sizeof *kinds, by_kind);
	return k ? k->rank : EMIT_RANK_OTHER;
}

int emit_cluster_scoped(const char *api_version, const char *kind)
{
	const char *slash = strchr(api_version, '/');
	char word[128];
	const size_t ngroup = slash ? (size_t)(slash - api_version) : 0, nkind = strlen(kind);
	if (ngroup + nkind + 2 > sizeof word)
		return 0;
	memcpy(word, api_version, ngroup);
	word[ngroup] = '/';
	memcpy(word + ngroup + 1, kind, nkind + 1);
	const char *key = word;
	return bsearch(&key, cluster_scoped, sizeof cluster_scoped / sizeof *cluster_scoped,
		sizeof *cluster_scoped, text_compare) != NULL;
}
