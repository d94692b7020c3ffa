/* A component's output: evaluates the kind's output statements in order, applies the component's patches and names,
   gives pod templates their hashes, and holds the objects against the schema. */
#include "eval/object/making.h"
#include "eval/origin.h"
#include "eval/plan.h"
#include "eval/schema.h"

static void output(struct making *m, struct instance *i, struct env *env, const struct ast *o);

static int output_body(struct eval *e, struct env *env, const struct ast *loop, void *ctx)
{
	struct making *m = ctx;
	(void)e;
	output(m, env->inst, env, loop->kids[1]);
	return 1;
}

static void output(struct making *m, struct instance *i, struct env *env, const struct ast *o)
{
	struct eval *e = m->e;
	const struct value *cond;
	int yes;
	if (m->checks_only && (o->tag == AST_MANIFEST || o->tag == AST_CONFIG || o->tag == AST_RELEASE))
		return;
	switch ((enum ast_tag)o->tag) {
	case AST_BLOCK:
		for (uint32_t n = 0; n < o->nkids; n++)
			output(m, i, env, o->kids[n]);
		break;
	case AST_KIF:
		cond = eval(e, env, o->kids[0]);
		yes = truth(e, cond, o->kids[0]->span);
		m->lost |= yes < 0;
		if (yes < 0) {
			m->ok = 0;
			break;
		}
		WHEN(e, cond);
		if (yes)
			output(m, i, env, o->kids[1]);
		else if (o->nkids > 2 && o->kids[2])
			output(m, i, env, o->kids[2]);
		WHEN_OVER(e);
		break;
	case AST_KFOR:
		if (!each(e, env, o, output_body, m)) {
			m->ok = 0;
			m->lost = 1;
		}
		break;
	case AST_MANIFEST: make_manifest(m, i, env, o); break;
	case AST_CONFIG: make_config(m, i, env, o); break;
	case AST_RELEASE: make_release(m, i, env, o); break;
	case AST_CHECK:
		if (m->c->pass == 1 && !e->plan && !i->suspect && !run_check(m->c, env, o, i, i->at, "the kind"))
			m->ok = 0;
		break;
	case AST_CLAIMS:
		if (m->c->pass == 1 && !e->plan) {
			const struct value *v = eval_typed(e, env, o->kids[0], &type_string);
			if (is_error(v))
				m->ok = 0;
			else {
				/* in a loop over what others have offered it is theirs */
				const struct instance *who = NULL;
				for (uint32_t n = 0; n < MAX_LOCALS && env->locals[n] && !who; n++)
					who = offered_by(i, env->locals[n]);
				claim_text(m->c, arena_strdup(e->p->arena, v->str.p, v->n), who ? who->at : i->at,
					instance_label(e, who ? who : i));
			}
		}
		break;
	default:
		break;
	}
}

static void instance_output(struct making *m, struct instance *i)
{
	struct eval *e = m->e;
	const struct instance *old = e->user;
	const void *owner = e->diags->owner;
	e->user = i;
	e->diags->owner = i;
	for (uint32_t n = 0; n < i->kind->outputs.n; n++) {
		struct env env = { .inst = i };
		output(m, i, &env, i->kind->outputs.v[n]);
	}
	e->user = old;
	e->diags->owner = owner;
}

int run_output_checks(struct compile *c, struct top *t)
{
	struct making m = { .c = c, .e = c->e, .t = t, .ok = 1, .checks_only = 1 };
	instance_output(&m, t->inst);
	return m.ok;
}

/* What others need has to run before they are applied. Nobody waits for what nothing needs: a model's detector, say,
   starts only once somebody has registered the model. */
static void wait_for(struct eval *e, struct out_component *out)
{
	static const char *const kinds[][2] = { { "Deployment", "deployment" }, { "StatefulSet", "statefulset" },
		{ "DaemonSet", "daemonset" } };
	VEC(struct out_ready) v = { 0 };
	for (uint32_t n = 0; n < out->nobjects; n++)
		for (int k = 0; k < 3; k++)
			if (!strcmp(out->objects[n].kind, kinds[k][0])
				&& !strcmp(out->objects[n].api_version, "apps/v1"))
				VEC_PUSH(e->arena, &v,
					((struct out_ready){
						arena_printf(e->arena, "%s/%s", kinds[k][1], out->objects[n].name),
						out->objects[n].ns, "", 1 }));
	out->ready = v.v;
	out->nready = v.n;
}

int make_component(struct compile *c, struct top *t, struct out_component *out)
{
	int ok = t->plan ? plan_component(c, t, out) : make_objects(c, t, t->inst, out);
	if (ok && t->needed && c->pass == 2)
		wait_for(c->e, out);
	return ok;
}

int make_objects(struct compile *c, struct top *t, struct instance *inst, struct out_component *out)
{
	struct making m = { .c = c, .e = c->e, .t = t, .ok = 1 };
	struct eval *e = c->e;
	if (inst) {
		instance_output(&m, inst);
		/* inner components, theirs included, in order of making */
		for (uint32_t n = 0; n < t->parts.n; n++)
			instance_output(&m, t->parts.v[n]);
		if (c->pass == 1 && !e->plan)
			statements_used(&m, inst);
		make_patches(&m, inst);
		for (uint32_t n = 0; n < t->parts.n; n++)
			make_patches(&m, t->parts.v[n]);
	} else if (t->yaml) {
		make_yaml_objects(&m);
	} else {
		for (uint32_t n = 0; n < t->parts.n; n++)
			instance_output(&m, t->parts.v[n]);
	}
	config_hashes(&m);
	for (uint32_t n = 0; n < m.objects.n && c->pass == 1; n++) {
		const struct instance *who = m.owners.v[n];
		struct span at = who ? who->top->at : t->use ? t->use->span : t->inst ? t->inst->at : e->stack->at;
		e->diags->owner = who;
		int fits = schema_check(e, &m.objects.v[n], who, at);
		m.ok &= fits > 0;
		if (!e->plan && fits >= 0)
			m.ok &= object_sound(e, &m.objects.v[n], at);
	}
	e->diags->owner = NULL;
	const struct value *version = t->inst ? slot_value(e, t->inst, SLOT_VERSION) : VALUE_NONE_V;
	*out = (struct out_component){ .name = t->name,
		.kind = t->kind,
		.version = version->tag == VALUE_STRING ? text(e, version) : "",
		.objects = m.objects.v,
		.nobjects = m.objects.n,
		.releases = m.releases.v,
		.nreleases = m.releases.n,
		.files = m.files.v,
		.nfiles = m.files.n };
	return m.ok;
}
