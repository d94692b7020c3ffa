/* What only follows from a kind's own check: consumes the list of errors once everything was looked at, and marks those
   that a kind reports of settings that it has refused already. What the user wrote besides is reported all the same. */
#include "eval/stack/stack.h"
#include <string.h>

int is_of_kind(const struct kind *k, struct span at)
{
	for (; k; k = k->base)
		if (k->decl && at.lo >= k->decl->span.lo && at.hi <= k->decl->span.hi)
			return 1;
	return 0;
}

struct consequence { const struct eval *e; const struct instance *of; };

static int is_consequence(const struct diag *x, const void *ctx)
{
	const struct consequence *q = ctx;
	const struct source *src = x->span.hi ? source_of(q->e->p->sources, x->span.lo) : NULL;
	if (!src)
		return 0;
	if (src->library || is_of_kind(q->of->kind, x->span))
		return 1;
	if (strncmp(x->code, "E08", 3))
		return 0;
	int said = x->span.lo == q->of->top->at.lo;     /* what is wrong with an object, where a check has blamed it */
	for (uint32_t n = 0; n < q->e->diags->n && !said; n++) {
		const struct diag *d = q->e->diags->v[n];
		said = d->cause && d->severity == SEVERITY_ERROR && d->span.lo == x->span.lo
			&& d->span.hi == x->span.hi;
	}
	return said;
}

void fold_consequences(struct compile *c)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < e->instances.n; n++)
		e->instances.v[n]->top->refused |= e->instances.v[n]->refused;
	for (uint32_t n = 0; n < e->instances.n; n++) {
		const struct consequence q = { e, e->instances.v[n] };
		if (q.of->top->refused)
			diags_follow(e->diags, q.of, is_consequence, &q);
	}
}
