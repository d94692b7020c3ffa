/* Names of objects: which ones Kubernetes takes for a kind, and what `names` of a component makes of them. */
#include "eval/object/making.h"
#include "eval/plan.h"
#include "value/literal.h"

/* The name that the component's `names` gives an object, or its own. */
const struct value *object_renamed(struct eval *e, struct instance *i, const char *word, const struct value *own)
{
	const struct value *names = slot_value(e, i, SLOT_NAMES);
	if (names->tag != VALUE_RECORD || !names->n)
		return own;
	TOUCH(e, own);
	const struct value *v = value_getc(names, arena_printf(e->arena, "%s/%.*s", word, (int)own->n, own->str.p));
	if (!v)
		v = value_getc(names, word);
	return v ? v : own;
}

/* label: 0 subdomain, 1 label, 2 label that begins with a letter */
struct name_rule { const char *kind; uint32_t max; uint8_t label; };
static const struct name_rule name_rules[] = {
	{ "", 253, 0 },
	{ "Service", 63, 2 },
	{ "Namespace", 63, 1 },
	{ "StatefulSet", 52, 1 },
	{ "CronJob", 52, 0 },
	{ "Job", 63, 0 },
	{ "DaemonSet", 242, 0 },
};

int object_name_rule(const char *kind)
{
	for (size_t i = 1; i < sizeof name_rules / sizeof *name_rules; i++)
		if (!strcmp(name_rules[i].kind, kind))
			return (int)i;
	return 0;
}

static const char *name_fault(const char *kind, const struct value *name, uint32_t *max)
{
	const struct name_rule *r = &name_rules[object_name_rule(kind)];
	*max = r->max;
	if (name->n > *max)
		return "too long";
	if (r->label == 2 ? !lit_dns1035_label(name->str.p, name->n)
			: r->label ? !lit_dns1123_label(name->str.p, name->n)
			: !lit_dns1123_subdomain(name->str.p, name->n))
		return r->label == 2 ? "lower-case letters, digits and `-`, beginning with a letter"
			: "lower-case letters, digits and `-`";
	return NULL;
}

int object_name_fits(const char *kind, const struct value *name)
{
	uint32_t max;
	return name->tag == VALUE_STRING && !name_fault(kind, name, &max);
}

int object_name_ok(struct making *m, const char *kind, const struct value *name, struct span at)
{
	uint32_t max;
	const char *why = name_fault(kind, name, &max);
	if (!why)
		return 1;
	if (name->n > max)
		why = arena_printf(m->e->p->arena, "it has %u bytes; at most %u", name->n, max);
	diag_error(m->e->diags, name->origin.hi ? name->origin : at, D_OBJECT_NAME, text(m->e, name),
		arena_printf(m->e->p->arena, "%s %s", strchr("AEIOU", *kind) ? "an" : "a", kind), why);
	return 0;
}
