/* Consumes references by name, when all is made; produces E0830, E0831 and E0832, and W0830. */
#include "eval/whole/part.h"
#include "base/suggest.h"

struct part *details_of(struct compile *c, struct top *t)
{
	struct part *p = table_get(&c->whole->details, t);
	struct eval *e = c->e;
	struct out_component o;
	if (p)
		return p;
	p = ARENA_NEW(e->unit, struct part);
	int pass = c->pass;
	c->pass = 2;                    /* nothing is claimed or checked again */
	e->arena = e->unit;
	if (make_objects(c, t, t->inst, &o))
		*p = gather_part(c, e->unit, NULL, &o);
	c->pass = pass;
	table_init(&p->index, e->unit);
	for (uint32_t n = 0; n < p->facts.n; n++)
		table_put(&p->index,
			identity_of(c, p->facts.v[n].api, p->facts.v[n].kind, p->facts.v[n].ns, p->facts.v[n].name),
			(void *)(uintptr_t)(n + 1));
	table_put(&c->whole->details, t, p);
	return p;
}

/* Objects of that kind in that namespace, by what was made plainly: what is one of many was hardly misspelt. */
static const char *nearest_name(struct compile *c, const struct ref *r)
{
	struct whole *w = c->whole;
	struct suggest s;
	int secret = !strcmp(r->kind, "Secret");        /* no object of a component's */
	for (uint32_t n = 0; !secret && !w->named && n < c->tops.n; n++) {
		struct top *t = c->tops.v[n];
		struct part *p = t->planned || (t->inst && t->inst->kind->ninstances > 20) ? NULL : details_of(c, t);
		for (uint32_t k = 0; p && k < p->facts.n; k++)
			VEC_PUSH(c->e->unit, &w->names,
				identity_of(c, p->facts.v[k].api, p->facts.v[k].kind, p->facts.v[k].ns,
					p->facts.v[k].name)
					->text);
	}
	w->named |= !secret;
	const char *name = arena_strdup(c->e->p->arena, r->name->str.p, r->name->n);
	suggest_init(&s, name, r->name->n);
	const struct atom *id = identity_of(c, r->api, r->kind, r->ns, r->name);
	size_t head = id->len - r->name->n;
	for (uint32_t n = 0; n < w->names.n; n++)
		if (!strncmp(w->names.v[n], id->text, head))
			suggest_try(&s, w->names.v[n] + head);
	for (uint32_t n = 0; secret && n < c->out.nsecrets; n++)
		if (strlen(c->out.secrets[n].ns) == r->ns->n && !memcmp(c->out.secrets[n].ns, r->ns->str.p, r->ns->n))
			suggest_try(&s, c->out.secrets[n].name);
	return suggest_best(&s);
}

/* The names of the makers that plans made. */
static void sweep(struct compile *c, const struct atom *ns, struct space *s)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; !s->swept && n < s->makers.n; n++) {
		struct top *t = s->makers.v[n];
		struct bound *b = t->planned ? plan_bind(e, t->plan, t->inst) : NULL;
		for (uint32_t k = 0; b && k < t->plan->whole->makers.n; k++) {
			const struct value *name = bound_value(e, b, t->plan->whole->makers.v[k].name),
				*in = bound_value(e, b, t->plan->whole->makers.v[k].ns);
			if (is(in, ns->text))
				VEC_PUSH(e->unit, &s->names, arena_strdup(e->unit, name->str.p, name->n));
		}
	}
	s->swept = 1;
}

static int after_maker(const struct space *s, const struct value *name)
{
	for (uint32_t n = 0; n < s->names.n; n++) {
		size_t len = strlen(s->names.v[n]);
		if (len && name->n >= len && !memcmp(name->str.p, s->names.v[n], len))
			return 1;
	}
	return 0;
}

static const char *verb(const struct ref *r)
{
	return !strcmp(r->kind, "ConfigMap") || !strcmp(r->kind, "Secret") ? "reads"
		: !strcmp(r->kind, "PersistentVolumeClaim") ? "mounts"
		: !strcmp(r->kind, "ServiceAccount") && !strstr(r->by_kind, "Binding") ? "runs as"
		: !strcmp(r->kind, "Service") ? "speaks to"
		: "is about";
}

static const char *consequence(const struct ref *r)
{
	return r->effect ? r->effect
		: !strcmp(r->kind, "ConfigMap") || !strcmp(r->kind, "Secret")
		? "kubectl apply succeeds, and the pods stay in CreateContainerConfigError or ContainerCreating"
		: !strcmp(r->kind, "PersistentVolumeClaim") ? "kubectl apply succeeds, and the pods stay Pending"
		: !strcmp(r->kind, "ServiceAccount") && !strstr(r->by_kind, "Binding")
		? "kubectl apply succeeds, and no pod can be made"
		: !strcmp(r->kind, "Service") ? "the name has no address in the cluster's DNS"
		: "kubectl apply succeeds, and nothing happens";
}

static int exists_anyway(const struct ref *r)
{
	return (!strcmp(r->kind, "ServiceAccount") && is(r->name, "default"))
		|| (!strcmp(r->kind, "Service") && is(r->name, "kubernetes") && is(r->ns, "default"))
		|| (!strcmp(r->kind, "ConfigMap")
			&& (is(r->name, "kube-root-ca.crt") || is(r->name, "openshift-service-ca.crt")));
}

static void missing(struct compile *c, const struct ref *r)
{
	struct eval *e = c->e;
	const struct atom *ns = atom_intern(e->p->atoms, r->ns->str.p, r->ns->n);
	struct space *s = table_get(&c->whole->spaces, ns);
	int sure = !s || !s->makers.n;
	const char *best;
	enum source_of_name from = name_source(r);
	if (from == SAID_BY_SETTING || (sure && is_allowed(c, r->top->inst, "unresolved")))
		return;
	if (!sure && after_maker(s, r->name))
		return;
	best = nearest_name(c, r);
	if (r->host == HOST_MAYBE && !best)
		return;
	if (!sure) {
		if (!best)
			return;
		sweep(c, ns, s);
		if (after_maker(s, r->name) || is_allowed(c, r->top->inst, "unresolved"))
			return;
	}
	const struct atom *id = identity_of(c, r->api, r->kind, r->ns, r->name);
	if (table_get(&c->whole->told, id))
		return;                         /* of its keys, or other keys of it, one is enough */
	table_put(&c->whole->told, id, (void *)(uintptr_t)1);
	const char *text = arena_printf(e->p->arena, "%s %s %s `%.*s`, which nothing in this stack makes",
		who_refers(c, r), verb(r), r->kind, (int)r->name->n, r->name->str.p);
	struct diag *x = sure && from == SAID_HERE && r->host <= HOST_SVC ? say_at(c, r, 0, NULL, D_UNRESOLVED, text)
		: say_at(c, r, 1, "unresolved", W_UNRESOLVED, text);
	if (best)
		diag_label(e->diags, x, "did you mean `%s`?", best);
	diag_note(e->diags, x, "in namespace %s", ns->text);
	if (sure)
		diag_note(e->diags, x, "%s", consequence(r));
	const struct symbol *y = !strcmp(r->kind, "Secret") ? table_get(&e->p->values, atom_intern(e->p->atoms,
		r->name->str.p, r->name->n)) : NULL;
	if (y && y->tag == SYMBOL_SECRET)
		diag_help(e->diags, x,
			"secret %s is declared, and no component of namespace %s uses it: name it there, as %s.name or by a key",
			y->name->text, ns->text, y->name->text);
	else if (!strcmp(r->kind, "Secret") && !best)
		diag_help(e->diags, x,
			"declare it: secret %.*s { %.*s } (from existing(\"%.*s\") if the cluster has it), and name its keys as %.*s.KEY",
			(int)r->name->n, r->name->str.p, (int)(r->key ? r->key->n : 3),
			r->key ? r->key->str.p : "...", (int)r->name->n, r->name->str.p, (int)r->name->n,
			r->name->str.p);
	say_excuse(c, x, "unresolved", "if the cluster has it already");
}

static void late(struct compile *c, const struct ref *r, const struct top *maker)
{
	struct eval *e = c->e;
	int waits = strcmp(r->kind, "ConfigMap") && strcmp(r->kind, "PersistentVolumeClaim")
		&& strcmp(r->kind, "ServiceAccount");
	if (waits || !r->top->needed || is_allowed(c, r->top->inst, "late"))
		return;
	struct diag *x = say_at(c, r, 0, NULL, D_LATE,
		arena_printf(e->p->arena, "%s %s %s `%.*s`, which comes after it", who_refers(c, r), verb(r), r->kind,
			(int)r->name->n, r->name->str.p));
	diag_note(e->diags, x, "`%s` is applied, and waited for because others need it, before `%s` is",
		r->top->name, maker->name);
	say_excuse(c, x, "late", "wire the one to the other, or, if the cluster has it from before");
}

/* Of the keys that the secret is rendered with. */
static const char *nearest_key(struct compile *c, const struct ref *r, const struct out_secret *secret)
{
	struct suggest s;
	suggest_init(&s, arena_strdup(c->e->p->arena, r->key->str.p, r->key->n), r->key->n);
	for (uint32_t n = 0; n < secret->nkeys; n++)
		suggest_try(&s, secret->keys[n]);
	return suggest_best(&s);
}

void resolve_name(struct compile *c, struct ref *r)
{
	struct eval *e = c->e;
	struct whole *w = c->whole;
	if (exists_anyway(r)
		|| (r->host && !table_get(&c->namespaces, atom_intern(e->p->atoms, r->ns->str.p, r->ns->n))))
		return;
	const struct atom *id = identity_of(c, r->api, r->kind, r->ns, r->name);
	if (!strcmp(r->kind, "Secret")) {
		const struct out_secret *s = table_get(&w->secrets, id);
		int found = s && (!r->key || !strcmp(s->source, "existing"));   /* which has whatever keys it has */
		for (uint32_t n = 0; s && r->key && n < s->nkeys; n++)
			found |= is(r->key, s->keys[n]);
		if (!s)
			missing(c, r);
		if (!s || found || is_allowed(c, r->top->inst, "unresolved"))
			return;
		struct diag *x = say_at(c, r, 0, NULL, D_UNRESOLVED,
			arena_printf(e->p->arena, "%s reads key `%.*s` of Secret `%s`, which is not rendered",
				who_refers(c, r), (int)r->key->n, r->key->str.p, s->name));
		diag_note(e->diags, x, "mlopsc secrets renders the keys that components name; %s%s",
			s->nkeys ? "of this one: " : "none of this one", s->nkeys ? s->keys[0] : "");
		const char *y = s->name, *near = nearest_key(c, r, s);
		if (near)
			diag_label(e->diags, x, "did you mean `%s`?", near);
		diag_help(e->diags, x,
			r->effect ? "name the key itself: { name: %s.%s.name, key: %s.%s.key }"
				: "name the key itself: env-list({ NAME: %s.%s })",
			y, near ? near : "KEY", y, near ? near : "KEY");
		return;
	}
	struct top *t = made_by(c, id);
	if (!t) {
		missing(c, r);
		return;
	}
	if (t->place > r->top->place && !r->host)
		late(c, r, t);
	if (!r->key)
		return;
	struct part *p = details_of(c, t);
	uintptr_t n = (uintptr_t)table_get(&p->index, id);
	const struct fact *f = n ? &p->facts.v[n - 1] : NULL;
	if (!f)
		return;
	if (r->at.hi && r->key->origin.hi)
		r->at = r->key->origin;
	if (f->tag == FACT_SERVICE) {
		if (serves_port(p, f, r->key) || is_allowed(c, r->top->inst, "unresolved-port"))
			return;
		struct diag *x = say_at(c, r, 0, NULL, D_UNRESOLVED_PORT,
			r->key->tag == VALUE_INT
				? arena_printf(e->p->arena,
					"%s speaks to port %lld of Service `%.*s`, which has none such", who_refers(c, r),
					(long long)r->key->i, (int)r->name->n, r->name->str.p)
				: arena_printf(e->p->arena,
					"%s speaks to port `%.*s` of Service `%.*s`, which has none such",
					who_refers(c, r), (int)r->key->n, r->key->str.p, (int)r->name->n,
					r->name->str.p));
		diag_note(e->diags, x, "its ports: %s", list_members(c, f, 0));
		if (r->implied)
			diag_note(e->diags, x, "an address of %s without a port means %lld",
				r->key->i == 80 ? "http" : "https", (long long)r->key->i);
		say_excuse(c, x, "unresolved-port", "if it is meant so");
	} else if (f->tag == FACT_CONFIG && !has_key(f, r->key) && !is_allowed(c, r->top->inst, "unresolved")) {
		struct diag *x = say_at(c, r, 0, NULL, D_UNRESOLVED,
			arena_printf(e->p->arena, "%s reads key `%.*s` of ConfigMap `%.*s`, which has none such",
				who_refers(c, r), (int)r->key->n, r->key->str.p, (int)r->name->n, r->name->str.p));
		diag_note(e->diags, x, "its keys: %s", list_members(c, f, 0));
		diag_note(e->diags, x, "%s", consequence(r));
		say_excuse(c, x, "unresolved", "if something adds it in the cluster");
	}
}

void check_probe(struct compile *c, const struct ref *r)
{
	if (is_allowed(c, r->top->inst, "unresolved-port"))
		return;
	struct diag *x = say_at(c, r, 0, NULL, D_UNRESOLVED_PORT,
		arena_printf(c->e->p->arena, "a probe of %s asks port `%.*s`, which its container does not name",
			who_refers(c, r), (int)r->name->n, r->name->str.p));
	diag_note(c->e->diags, x, "the probe fails, and the container is ended over and over, or never ready");
	diag_help(c->e->diags, x,
		"name the port in the container: ports: [ { name: \"%.*s\", containerPort: ... } ]",
		(int)r->name->n, r->name->str.p);
}
