/* Rules over all objects or releases: a view of each is bound to the rule's variable, and its statements are run. */
#include "eval/stack/stack.h"
#include "eval/plan.h"
#include <string.h>

static const struct value *container_list(struct eval *e, const struct value *v, int depth, void *out_);
struct found_containers { VEC(const struct value *) v; };

static const struct value *as_container(struct eval *e, const struct value *k, int init)
{
	const struct atom *a_image = atom_cstr(e->p->atoms, "image");
	const struct value *image = value_get(k, a_image);
	if (image && image->tag == VALUE_STRING && image->text != TEXT_IMAGE) {
		struct image_ref r;
		const char *why;
		if (lit_image(image->str.p, image->n, &r, &why))
			k = value_with(e->arena, k, a_image,
				plan_carry(e, image,
					value_text(
						e->arena, TEXT_IMAGE, image->str.p, image->n, 0, image->origin)));
	}
	return value_with(e->arena, k, atom_cstr(e->p->atoms, "init"), value_bool(init));
}

static const struct value *container_list(struct eval *e, const struct value *v, int depth, void *out_)
{
	struct found_containers *out = out_;
	if (depth > 24)
		return NULL;
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_LIST; i++)
		container_list(e, v->items[i], depth + 1, out);
	for (uint32_t i = 0; i < v->n && v->tag == VALUE_RECORD; i++) {
		const struct value *x = v->rec.fields[i].value;
		const char *key = v->rec.fields[i].key->text;
		int init = !strcmp(key, "initContainers");
		if (x->tag == VALUE_LIST && (init || !strcmp(key, "containers"))) {
			for (uint32_t n = 0; n < x->n; n++)
				if (x->items[n]->tag == VALUE_RECORD && value_getc(x->items[n], "image")) {
					const struct value *k = as_container(e, x->items[n], init);
					VEC_PUSH(e->arena, &out->v, k);
				}
		} else if (x->tag == VALUE_LIST || x->tag == VALUE_RECORD) {
			container_list(e, x, depth + 1, out);
		}
	}
	return NULL;
}

static const struct value *object_view(struct eval *e, const struct out_object *o, const struct value *component)
{
	struct field *f = ARENA_ARRAY(e->arena, struct field, o->tree->n + 4);
	uint32_t n = 0;
	struct found_containers found = { 0 };
	const struct value *spec = value_getc(o->tree, "spec");
	if (spec)
		container_list(e, spec, 0, &found);
	for (uint32_t k = 0; k < o->tree->n; k++) {
		const char *key = o->tree->rec.fields[k].key->text;
		if (strcmp(key, "name") && strcmp(key, "namespace") && strcmp(key, "containers")
			&& strcmp(key, "component"))
			f[n++] = o->tree->rec.fields[k];
	}
	const struct value *meta = value_getc(o->tree, "metadata"),
		*ns = meta ? value_get(meta, e->p->implicit[SLOT_NAMESPACE]) : NULL;
	f[n++] = (struct field){ e->p->a_name, meta ? value_get(meta, e->p->a_name) : VALUE_NONE_V };
	f[n++] = (struct field){ e->p->implicit[SLOT_NAMESPACE], ns ? ns : value_cstr(e->arena, "") };
	f[n++] = (struct field){ atom_cstr(e->p->atoms, "component"), component };
	f[n++] = (struct field){ atom_cstr(e->p->atoms, "containers"),
		value_list(e->arena, found.v.v, found.v.n, (struct span){ 0, 0 }) };
	return value_record(e->arena, f, n, (struct span){ 0, 0 });
}

static const struct value *release_view(struct compile *c, struct top *t, const struct out_release *r)
{
	struct eval *e = c->e;
	const struct value *images = VALUE_NONE_V, *row = t->inst ? slot_value(e, t->inst, SLOT_CATALOG) : VALUE_NONE_V;
	struct field *chart = ARENA_ARRAY(e->arena, struct field, 4), *f = ARENA_ARRAY(e->arena, struct field, 6);
	if (row->tag == VALUE_RECORD && value_getc(row, "images"))
		images = value_getc(row, "images");
	chart[0] = (struct field){ atom_cstr(e->p->atoms, "ref"),
		*r->chart_ref ? value_cstr(e->arena, r->chart_ref) : VALUE_NONE_V };
	chart[1] = (struct field){ atom_cstr(e->p->atoms, "repo"),
		*r->repo ? value_cstr(e->arena, r->repo) : VALUE_NONE_V };
	chart[2] = (struct field){ e->p->a_name, *r->chart ? value_cstr(e->arena, r->chart) : VALUE_NONE_V };
	chart[3] = (struct field){ e->p->implicit[SLOT_VERSION],
		value_text(e->arena, TEXT_VERSION, r->version, strlen(r->version), 0, (struct span){ 0, 0 }) };
	f[0] = (struct field){ e->p->a_name, value_cstr(e->arena, r->name) };
	f[1] = (struct field){ e->p->implicit[SLOT_NAMESPACE], value_cstr(e->arena, r->ns) };
	f[2] = (struct field){ atom_cstr(e->p->atoms, "chart"),
		value_record(e->arena, chart, 4, (struct span){ 0, 0 }) };
	f[3] = (struct field){ atom_cstr(e->p->atoms, "values"), r->values };
	f[4] = (struct field){ atom_cstr(e->p->atoms, "component"), value_cstr(e->arena, t->name) };
	f[5] = (struct field){ atom_cstr(e->p->atoms, "images"),
		images->tag == VALUE_RECORD ? images : value_record(e->arena, NULL, 0, (struct span){ 0, 0 }) };
	return value_record(e->arena, f, 6, (struct span){ 0, 0 });
}

struct ruling { struct compile *c; struct top *t; struct instance *i; struct span at; };

static void rule_statements(struct ruling *r, struct env *env, struct ast *const *v, uint32_t n);

static int rule_body(struct eval *e, struct env *env, const struct ast *loop, void *ctx)
{
	(void)e;
	rule_statements(ctx, env, loop->kids[1]->kids, loop->kids[1]->nkids);
	return 1;
}

static void rule_statements(struct ruling *r, struct env *env, struct ast *const *v, uint32_t n)
{
	struct eval *e = r->c->e;
	for (uint32_t k = 0; k < n && !e->stopped; k++) {
		const struct ast *s = v[k];
		int yes;
		switch ((enum ast_tag)s->tag) {
		case AST_CHECK:
			/* what a check looks into differs between components: it is run again for each */
			if (e->plan) {
				uint32_t looked = 0;
				e->plan->depends = &looked;
				run_check(r->c, env, s, r->i, r->at, "a rule");
				e->plan->depends = NULL;
				if (looked)
					VEC_PUSH(e->unit, &e->plan->residuals,
						((struct residual){ s, env_copy(e, env), r->c->rule }));
			} else {
				run_check(r->c, env, s, r->i, r->at, "a rule");
			}
			break;
		case AST_LET:
			env->locals[s->bind_index] = eval(e, env, s->kids[1]);
			break;
		case AST_KFOR:
			each(e, env, s, rule_body, r);
			break;
		case AST_KIF:
			yes = truth(e, eval(e, env, s->kids[0]), s->kids[0]->span);
			if (yes > 0)
				rule_statements(r, env, s->kids[1]->kids, s->kids[1]->nkids);
			else if (yes == 0 && s->nkids > 2 && s->kids[2])
				rule_statements(r, env,
					s->kids[2]->tag == AST_BLOCK ? s->kids[2]->kids
						: &((struct ast **)(uintptr_t)s->kids)[2],
					s->kids[2]->tag == AST_BLOCK ? s->kids[2]->nkids : 1);
			break;
		default:
			break;
		}
	}
}

void run_rules(struct compile *c, struct top *t, struct out_component *out)
{
	struct eval *e = c->e;
	if (t->inst && t->inst->suspect)
		return;         /* what its objects lack may be what was misspelt */
	struct ruling r = { c, t, t->inst, t->inst ? t->inst->at : t->use ? t->use->span : e->stack->at };
	struct instance *self = e->plan ? e->plan->inst : t->inst;
	const struct value *component = self ? slot_value(e, self, SLOT_NAME) : value_cstr(e->arena, t->name),
		**views = ARENA_ARRAY(e->arena, const struct value *, out->nobjects + 1),
		**rel = ARENA_ARRAY(e->arena, const struct value *, out->nreleases + 1);
	for (uint32_t n = 0; n < e->p->rules.n; n++) {
		struct rule *u = e->p->rules.v[n];
		int releases = !strcmp(u->decl->name3->text, "releases");
		if (!releases && strcmp(u->decl->name3->text, "objects"))
			continue;       /* reported by resolve_rule() */
		c->rule = u->name->text;
		for (uint32_t k = 0; k < (releases ? out->nreleases : out->nobjects); k++) {
			struct env env = { 0 };
			const struct value **v = releases ? &rel[k] : &views[k];
			if (!*v)
				*v = releases ? release_view(c, t, &out->releases[k])
					: object_view(e, &out->objects[k], component);
			env.locals[0] = *v;
			rule_statements(&r, &env, u->decl->kids, u->decl->nkids);
		}
	}
	c->rule = NULL;
}
