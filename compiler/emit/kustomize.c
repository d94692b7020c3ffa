/* kustomization.yaml: the manifests in the order they are applied in, which is kept (fifo) instead of Kustomize's
   own. */
#include "emit/parts.h"
#include "value/yaml.h"
#include <string.h>

void kustomize_add(struct kustomize *k, const char *path)
{
	buf_adds(&k->resources, "- ");
	yaml_write_scalar(&k->resources, path, strlen(path), 2);
	buf_addc(&k->resources, '\n');
}

int kustomize_finish(struct kustomize *k, struct buf *out)
{
	const int any = k->resources.n > 0;     /* Kustomize refuses a kustomization without resources */
	if (any) {
		buf_adds(out, "apiVersion: kustomize.config.k8s.io/v1beta1\n"
			      "kind: Kustomization\n"
			      "sortOptions:\n"
			      "  order: fifo\n"
			      "resources:\n");
		buf_add(out, k->resources.p, k->resources.n);
	}
	buf_free(&k->resources);
	return any;
}
