/* The first pass over a whole stack: settings of the stack, instances, checks, claims, rules, order. See compile.h. */
#include "eval/chart.h"
#include "base/suggest.h"
#include "base/text.h"
#include "value/yaml.h"
#include "value/literal.h"
#include "eval/plan.h"
#include "eval/schema.h"
#include "eval/whole.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EDITION 2026

/* -- the stack block -- */

static const struct value *spelled(struct eval *e, const struct ast *x)
{
	if (x->tag == AST_NAME || x->tag == AST_NUMBER || x->tag == AST_STRING) {
		struct ast *w = (struct ast *)(uintptr_t)x;
		if (x->tag == AST_NAME) {
			table_put(&e->p->enum_words, x->name, (void *)(uintptr_t)1);    /* a bare word is right here */
			w->bind_tag = BIND_WORD;
		}
		return value_string(e->unit, x->name->text, x->name->len, x->span);
	}
	diag_error(e->diags, x->span, D_TYPE, "a name", "an expression");
	return VALUE_ERROR_V;
}

static const char *catalog_names(struct compile *c)
{
	struct program *p = c->e->p;
	struct buf b = { 0 };
	for (uint32_t n = 0; n < p->names['c'].n; n++)
		buf_addf(&b, "%s%s", b.n ? ", " : "catalogs: ", p->names['c'].v[n]->text);
	for (uint32_t n = 0; n < p->library_names.n; n++)
		if (p->library_names.v[n].what == 'c')
			buf_addf(&b, "%s%s", b.n ? ", " : "catalogs: ", p->library_names.v[n].word->text);
	const char *s = b.n ? arena_strdup(p->arena, b.p, b.n) : "there is none: write catalog NAME { ... }";
	buf_free(&b);
	return s;
}

static int stack_settings(struct compile *c)
{
	struct eval *e = c->e;
	struct program *p = e->p;
	struct kind *k = program_kind(p, p->implicit[SLOT_STACK]);
	if (!k) {
		diag_error(e->diags, p->stack->span, D_UNKNOWN_KIND, "stack");
		return 0;
	}
	struct instance *i = e->stack = instance_new(e, k, p->stack->name, NULL, NULL, NULL);
	i->at = p->stack->name_span;
	i->fixed = ARENA_ARRAY(e->unit, const struct value *, k->members.n);
	const struct ast *first[256] = { 0 };
	for (uint32_t n = 0; n < p->stack_sets.n; n++) {
		struct ast *root = p->stack_sets.v[n]->kids[0];
		const struct ast *set = p->stack_sets.v[n];
		while (root->tag == AST_FIELD || root->tag == AST_INDEX)
			root = root->kids[0];
		uint32_t slot = root->tag == AST_NAME ? (uint32_t)(uintptr_t)table_get(&k->index, root->name) : 0;
		int tag = slot ? k->members.v[slot - 1].tag : -1;
		if (!slot
			|| (tag != MEMBER_SETTING
				&& !(tag == MEMBER_IMPLICIT
					&& (k->members.v[slot - 1].decl || slot - 1 == SLOT_NAMESPACE)))) {
			struct diag *x = diag_error(e->diags, root->span, D_UNKNOWN_SETTING, p->stack->name->text,
				"stack", root->name ? root->name->text : "?");
			struct suggest s;
			suggest_init(&s, root->name ? root->name->text : "", root->name ? root->name->len : 0);
			for (uint32_t q = 0; q < k->members.n; q++)
				if (k->members.v[q].tag == MEMBER_SETTING || k->members.v[q].decl)
					suggest_try(&s, k->members.v[q].name->text);
			if (suggest_best(&s)) {
				diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&s));
				diag_fix(e->diags, x, root->span, "%s", suggest_best(&s));
			}
			if (root->name)
				suspect(e, i, suggest_best(&s) ? atom_cstr(p->atoms, suggest_best(&s)) : root->name);
			if (set->kids[1]->tag == AST_NAME)      /* the setting that was meant may know it */
				table_put(&p->enum_words, set->kids[1]->name, (void *)(uintptr_t)1);
			continue;
		}
		slot--;
		if (slot < 256 && set->span.lo >= p->stack->span.lo && set->span.hi <= p->stack->span.hi) {
			if (first[slot] && set->kids[0] == root)
				diag_place(e->diags,
					diag_error(e->diags, root->span, D_DUPLICATE_SETTING, root->name->text),
					first[slot]->span, "first set here");
			first[slot] = root;
		}
		const char *word = root->name->text;
		if (!strcmp(word, "catalog") || !strcmp(word, "deliver") || !strcmp(word, "drift-runtime")) {
			i->fixed[slot] = spelled(e, set->kids[1]);
			continue;
		}
		if (set->kids[0] == root) {
			instance_set_to(e, i, slot, set->kids[1]);
		} else {
			root->bind_tag = BIND_SLOT;
			root->bind_index = slot;
			VEC_PUSH(e->unit, &i->fields, ((struct field_set){ slot, set }));
		}
	}
	if (e->diags->nerrors)
		suspect_broken(e, i, p->stack->span);
	const struct value *v = member_value(e, i, "edition");
	if (v && v->tag == VALUE_INT && v->i != EDITION) {
		struct diag *x = diag_error(
			e->diags, v->origin, D_EDITION, arena_printf(p->arena, "%lld", (long long)v->i));
		diag_help(e->diags, x, "this compiler knows edition %d", EDITION);
	}
	if (!i->fixed[SLOT_CATALOG]) {  /* a word of every kind, so it is not missed by itself */
		struct diag *x = diag_error(
			e->diags, i->at, D_MISSING_SETTING, p->stack->name->text, "stack", "catalog");
		diag_help(e->diags, x, "add catalog = ...: which versions of everything; %s", catalog_names(c));
		e->catalog_broken = 1;
	}
	v = member_value(e, i, "catalog");
	e->catalog_broken |= v && is_error(v);
	if (v && v->tag == VALUE_STRING) {
		e->catalog = atom_intern(p->atoms, v->str.p, v->n);
		if (!program_catalog(p, e->catalog)) {
			struct diag *x = diag_error(e->diags, v->origin, D_UNKNOWN_CATALOG, e->catalog->text);
			const char *best = program_suggest(p, 'c', e->catalog);
			if (best) {
				diag_label(e->diags, x, "did you mean `%s`?", best);
				diag_fix(e->diags, x, v->origin, "%s", best);
			}
			diag_help(e->diags, x, "%s", catalog_names(c));
			e->catalog = NULL;
			e->catalog_broken = 1;  /* what has no row because of it is not said again */
		}
	}
	return 1;
}

/* -- checks -- */

static int allow_in(struct allow *v, uint32_t n, const char *name)
{
	int hit = 0;
	for (uint32_t k = 0; k < n && !hit; k++)        /* a second one of that name silences nothing more */
		if (!strcmp(v[k].decl->name->text, name)) {
			v[k].used = 1;
			hit = 1;
		}
	return hit;
}

int is_allowed(struct compile *c, const struct instance *i, const char *name)
{
	if (c->e->diags->nerrors && program_word_lost(c->e->p, name))
		return 1;       /* by an `allow` that did not parse */
	for (; i; i = i->parent)
		if (allow_in(((struct instance *)(uintptr_t)i)->allows.v, i->allows.n, name))
			return 1;
	return allow_in(c->e->p->allows.v, c->e->p->allows.n, name);
}

/* Where the user wrote what the condition is about: the first setting of it that the block sets. What a policy and its
   detectors compute from settings counts too. */
static struct span blame(const struct instance *i, const struct ast *x, struct span deflt, int depth)
{
	const struct instance *policy = i && i->decl && i->decl->tag == AST_DRIFT ? i
		: i && !i->decl && i->parent && i->parent->decl && i->parent->decl->tag == AST_DRIFT ? i->parent
		: NULL;
	if (x->tag == AST_NAME && x->bind_tag == BIND_SLOT && i && instance_set(i, x->bind_index))
		return instance_set(i, x->bind_index)->span;
	if (policy && depth < 4 && x->tag == AST_NAME && x->bind_tag == BIND_SLOT
		&& i->kind->members.v[x->bind_index].tag == MEMBER_LET)
		return blame(i, i->kind->members.v[x->bind_index].deflt, deflt, depth + 1);
	if (policy && x->tag == AST_FIELD && x->kids[0]->tag == AST_NAME && x->kids[0]->bind_tag == BIND_SLOT
		&& x->kids[0]->bind_index == SLOT_POLICY) {
		struct span s = policy_place(policy, x->name);
		return s.hi ? s : deflt;
	}
	for (uint32_t n = 0; n < x->nkids; n++)
		if (x->kids[n]) {
			struct span s = blame(i, x->kids[n], (struct span){ 0, 0 }, depth);
			if (s.hi)
				return s;
		}
	return deflt;
}

/* The values under a failed condition, as notes: `batch` = 50. */
static void show_values(struct eval *e, struct env *env, const struct ast *x, struct diag *d, int *left)
{
	if (*left <= 0)
		return;
	if ((x->tag == AST_NAME
		&& (x->bind_tag == BIND_SLOT || x->bind_tag == BIND_LOCAL || x->bind_tag == BIND_SYMBOL))
		|| x->tag == AST_FIELD) {
		const struct value *v = eval(e, env, x);
		size_t n;
		const char *s = v->tag == VALUE_NONE ? "none"
			: v->tag == VALUE_STRING || v->tag == VALUE_INT || v->tag == VALUE_FLOAT
				|| v->tag == VALUE_BOOL
			? text_of(e, v, &n)
			: NULL;
		if (v->tag == VALUE_NONE)
			n = 4;
		if (s && n < 80) {
			struct source *src = source_of(e->p->sources, x->span.lo);
			if (src)
				diag_note(e->diags, d, "%.*s = %.*s", (int)(x->span.hi - x->span.lo),
					src->text + (x->span.lo - src->base), (int)n, s);
			--*left;
		}
		return;
	}
	for (uint32_t n = 0; n < x->nkids; n++)
		if (x->kids[n])
			show_values(e, env, x->kids[n], d, left);
}

/* The code of a named check: the library's codes.tsv gives some names one of their own, others have the common one. */
static const char *code_of(struct compile *c, const char *name, const char *common)
{
	uint32_t len;
	const char *s = library_text(c->e->p, "codes.tsv", &len), *end = s ? s + len : NULL;
	const size_t n = strlen(name);
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s)), *stop = nl ? nl : end;
		if ((size_t)(stop - s) > n + 6 && s[5] == '\t' && !memcmp(s + 6, name, n) && s[6 + n] == '\t'
			&& *s == *common)
			return arena_strdup(c->e->p->arena, s, 5);
		s = stop + 1;
	}
	return common;
}

enum { MISSING_MAX = 16 };

/* The keys, as "secret.key", that a message speaks of and that the secrets lack whose keys the component's kind has
   looked at. */
static uint32_t missing_keys(
	struct eval *e, const struct instance *i, const char *message, const struct atom *ids[MISSING_MAX])
{
	static const char inside[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	uint32_t n = 0;
	for (uint32_t k = 0; i && k < i->keyed.n; k++)
		for (const char *s = message; *s; ) {
			size_t len = strspn(s, inside);
			const struct symbol *y = i->keyed.v[k];
			int has = !len || (y->decl->nkids < 2);
			for (uint32_t q = 1; q < y->decl->nkids; q++)
				has |= y->decl->kids[q]->name->len == len
					&& !memcmp(y->decl->kids[q]->name->text, s, len);
			if (!has && n < MISSING_MAX)
				ids[n++] = atom_cstr(e->p->atoms,
					arena_printf(e->p->arena, "%s.%.*s", y->name->text, (int)len, s));
			s += len ? len : 1;
		}
	return n;
}

/* `where`: the place that is blamed, or nothing: what the condition is about, else `at`. */
static int check_holds(struct compile *c, struct env *env, const struct ast *x, struct instance *i, struct span at,
	struct span where, const char *origin)
{
	struct eval *e = c->e;
	int yes = truth(e, eval(e, env, x->kids[0]), x->kids[0]->span);
	if (yes)
		return yes > 0;
	const int advice = x->name && !(x->flags & AST_F_ERROR);
	if ((advice && is_allowed(c, i, x->name->text)) || (c->rule && is_allowed(c, i, c->rule)))
		return 1;
	const struct value *v = eval_typed(e, env, x->kids[1], &type_string);
	if (is_error(v))
		return 0;
	const char *message = arena_strdup(e->p->arena, v->str.p, v->n);
	const struct atom *ids[MISSING_MAX];
	uint32_t nids = x->name ? 0 : missing_keys(e, i, message, ids);
	for (uint32_t n = 0; n < nids; n++)
		if (table_get(&e->missing_keys, ids[n])
			&& !strcmp(((struct diag *)table_get(&e->missing_keys, ids[n]))->code, "E0701"))
			return 0;               /* said already, in other words */
	struct span about = blame(i, x->kids[0], at, 0), here = where.hi ? where : about;
	static const char *const common[] = { D_CHECK, W_CHECK };       /* code and format of each */
	const char *code = x->name ? code_of(c, x->name->text, common[advice * 2]) : *common;
	struct diag *d = advice ? diag_warn(e->diags, here, x->name->text, code, "%s", message)
				: diag_error(e->diags, here, code, "%s", message);
	for (uint32_t n = 0; n < nids; n++)
		table_put(&e->missing_keys, ids[n], d);
	int left = 4;
	if (d->nnotes || d->nplaces)
		return advice;          /* said already */
	if (x->name)
		d->name = x->name->text;
	if (here.lo != x->span.lo && x->span.lo != at.lo)
		diag_place(e->diags, d, x->kids[0]->span, "checked by %s",
			c->rule && !x->name ? arena_printf(e->p->arena, "rule %s", c->rule) : origin);
	if (where.hi && about.lo != at.lo)
		diag_place(e->diags, d, about, "set here");
	show_values(e, env, x->kids[0], d, &left);
	return advice;
}

int run_check(struct compile *c, struct env *env, const struct ast *x, struct instance *i, struct span at,
	const char *origin)
{
	return check_holds(c, env, x, i, at, (struct span){ 0, 0 }, origin);
}

/* By the component whose value is being computed, or by the stack. */
static int value_allowed(struct eval *e, const char *name)
{
	const struct instance *i = NULL;
	for (const struct frame *f = e->frame; f && !i; f = f->prev)
		i = f->inst && f->inst->decl ? f->inst : NULL;
	return is_allowed(e->hooks_ctx, i, name);
}

/* What a component gives is looked at whether somebody reads it or not: the checks first, for a field that cannot be
   made says less. */
static void look_at_given(struct eval *e, struct given *g)
{
	struct compile *c = e->hooks_ctx;
	const struct ast *body = g->give->decl->kids[0];
	const struct instance *user = e->user;
	int ok = 1;
	e->user = NULL;
	for (uint32_t n = 0; n < body->nkids; n++)
		if (body->kids[n]->tag == AST_CHECK) {
			struct env env = g->env ? *g->env : (struct env){ .inst = g->inst };
			ok &= check_holds(c, &env, body->kids[n], g->inst, g->asked,
				g->env ? g->asked : (struct span){ 0, 0 },
				arena_printf(e->p->arena, "kind %s", g->inst->kind->name->text));
		}
	for (uint32_t n = 0; ok && n < g->give->iface->type->n; n++)
		given_field(e, g, g->give->iface->type->fields[n].name, g->asked);
	e->user = user;
}

static void look_at_gives(struct compile *c)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < e->instances.n; n++) {
		struct instance *i = e->instances.v[n];
		for (uint32_t k = 0; k < i->kind->gives.n; k++) {
			struct give *g = &i->kind->gives.v[k];
			if (g->decl->flags & AST_F_PARAMS)
				continue;
			const struct value *v = give_value(e, i, g, i->at);
			if (v->tag == VALUE_GIVEN && !(g->decl->flags & AST_F_ALIAS))
				look_at_given(e, v->ref.ref);
		}
	}
	for (uint32_t n = 0; n < e->givens.n; n++)
		look_at_given(e, e->givens.v[n]);
	e->on_given = NULL;
}

/* -- claims -- */

void claim_text(struct compile *c, const char *text, struct span at, const char *who)
{
	const struct atom *a = atom_cstr(c->e->p->atoms, text);
	struct claim *old = table_get(&c->claims, a);
	if (old) {
		struct diag *x = diag_error(c->e->diags, at, D_CLAIM_TWICE, text);
		diag_label(c->e->diags, x, "second claim: %s", who);
		diag_place(c->e->diags, x, old->at, "first claim: %s", old->who);
		return;
	}
	struct claim *n = ARENA_NEW(c->e->unit, struct claim);
	*n = (struct claim){ at, who };
	table_put(&c->claims, a, n);
}

struct node_claim *claim_node_port(struct compile *c, enum node_claim_from from, int64_t port, struct span at,
	const struct instance *top, const char *who)
{
	struct node_claim *n = ARENA_NEW(c->e->unit, struct node_claim);
	*n = (struct node_claim){ port, from, "TCP", at, who, top, NULL, 0 };
	VEC_PUSH(c->e->unit, &c->node_claims, n);
	return n;
}

/* The same port, said of one component in two places: what it exposes stands in its Service or in its chart's
   values. */
static int same_claim(const struct node_claim *a, const struct node_claim *b)
{
	if (!a->top || a->top != b->top || (a->from == NODE_SERVICE && b->from == NODE_SERVICE))
		return 0;
	return a->from != b->from || a->from == NODE_VALUES;
}

static void node_port_twice(struct compile *c, const struct node_claim *old, const struct node_claim *new)
{
	struct diags *d = c->e->diags;
	const int one = old->at.lo == new->at.lo && old->at.hi == new->at.hi;       /* a number that both take */
	const int apart = one && old->top && new->top && old->top != new->top;
	struct diag *x = diag_error(d, apart ? new->top->at : new->at, D_NODE_PORT_TWICE, (int)new->port);
	diag_label(d, x, "second claim: %s", new->who);
	if (apart || !one)
		diag_place(d, x, apart ? old->top->at : old->at, "first claim: %s", old->who);
	else
		diag_note(d, x, "first claim: %s", old->who);
	if (apart)
		diag_place(d, x, new->at, "the number of both");
	diag_note(d, x,
		"node ports are cluster-wide: the API server would refuse the second Service after the first was already changed");
	struct buf b = { 0 };
	int n = 0;
	for (int64_t q = new->port > 30002 ? new->port - 2 : 30000; q <= 32767 && n < 3; q++)
		if (!table_get(&c->node_ports, (const void *)(uintptr_t)(q + 16)))
			buf_addf(&b, "%s%lld", n++ ? ", " : "", (long long)q);
	diag_help(d, x, "free ones nearby: %s", b.p);
	buf_free(&b);
}

/* A node port is one protocol's: TCP and UDP can have the same. What protocol an exposed port has is known from the
   component's Service, if it makes one; a chart's is taken to be TCP. */
static void check_node_ports(struct compile *c)
{
	for (uint32_t n = 0; n < c->node_claims.n; n++) {
		struct node_claim *x = c->node_claims.v[n];
		const void *key = (const void *)(uintptr_t)(x->port + 16);
		x->next = table_get(&c->node_ports, key);
		table_put(&c->node_ports, key, x);
	}
	for (uint32_t n = 0; n < c->node_claims.n; n++) {
		struct node_claim *x = c->node_claims.v[n], *first = NULL;
		struct node_claim *all = table_get(&c->node_ports, (const void *)(uintptr_t)(x->port + 16));
		int served = 0;
		for (struct node_claim *o = all; o; o = o->next) {
			served |= x->from == NODE_EXPOSED && o->from == NODE_SERVICE && same_claim(o, x);
			if (x->from == NODE_SERVICE && o->from == NODE_EXPOSED && o->at.lo == x->at.lo
				&& same_claim(o, x))
				x->who = o->who;
		}
		x->served = served != 0;
		/* those before it, latest first */
		for (struct node_claim *o = x->next; o && !served; o = o->next)
			if (!o->served && !strcmp(o->protocol, x->protocol) && !same_claim(o, x))
				first = o;
		if (first)
			node_port_twice(c, first, x);
	}
}

static void claim_exposes(struct compile *c, struct instance *i)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < i->kind->ports.n; n++) {
		const struct value *v = expose_value(e, i, i->kind->ports.v[n].name, i->at);
		const struct value *nodes = v->tag == VALUE_RECORD ? value_get(v, e->a_nodes) : NULL;
		for (uint32_t k = 0; nodes && k < nodes->n; k++)
			claim_node_port(c, NODE_EXPOSED, nodes->items[k]->i, nodes->items[k]->origin, i->top,
				arena_printf(e->p->arena, "port `%s` of %s", i->kind->ports.v[n].name->text,
					instance_label(e, i)));
	}
}

/* The entry of an object's identity; its top is NULL when it is new. */
static struct identity *identity(struct compile *c, const struct top *t, struct hash128 h)
{
	const uint32_t more = (uint32_t)(h.hi >> 32);
	if (c->nidentities * 4 >= c->identity_cap * 3) {
		uint32_t cap = c->identity_cap ? c->identity_cap * 2 : 64;
		/* as many as the rest will need if it is like what was made so far, so that little is held twice */
		while (c->nidentities > 2000 && cap < 1u << 28
			&& cap / 4 * 3 < (double)c->nidentities / (t->number + 1) * c->tops.n)
			cap *= 2;
		/* not in the arena, which would keep the smaller ones too */
		struct identity *bigger = calloc(cap, sizeof *bigger);
		if (!bigger)
			abort();
		for (uint32_t n = 0; n < c->identity_cap; n++)
			if (c->identities[n].top) {
				uint32_t i = (uint32_t)c->identities[n].hash & (cap - 1);
				while (bigger[i].top)
					i = (i + 1) & (cap - 1);
				bigger[i] = c->identities[n];
			}
		free(c->identities);
		c->identities = bigger;
		c->identity_cap = cap;
	}
	uint32_t i = (uint32_t)h.lo & (c->identity_cap - 1);
	while (c->identities[i].top && (c->identities[i].hash != h.lo || c->identities[i].more != more))
		i = (i + 1) & (c->identity_cap - 1);
	c->identities[i].hash = h.lo;
	c->identities[i].more = more;
	return &c->identities[i];
}

/* Sources of secrets are put before the others once all have a number. */
static struct top *numbered(struct compile *c, uint32_t number)
{
	return c->tops.v[number - 1 + c->nsources];
}

struct top *made_by(struct compile *c, const struct atom *id)
{
	struct hash128 h = hash_bytes(id->text, id->len);
	for (uint32_t i = (uint32_t)h.lo; c->identity_cap; i++) {
		const struct identity *x = &c->identities[i & (c->identity_cap - 1)];
		if (!x->top)
			return NULL;
		if (x->hash == h.lo && x->more == (uint32_t)(h.hi >> 32))
			return numbered(c, x->top);
	}
	return NULL;
}

static void claim_object(struct compile *c, const struct out_object *o, struct span at, struct top *t)
{
	struct eval *e = c->e;
	const char *slash = strrchr(o->api_version, '/');
	struct buf *b = &c->text;
	b->n = 0;
	buf_add(b, o->api_version, slash ? (size_t)(slash - o->api_version) + 1 : 0);
	buf_adds(b, o->kind);
	buf_addc(b, ' ');
	buf_adds(b, o->ns);
	if (*o->ns)
		buf_addc(b, '/');
	buf_adds(b, o->name);
	struct identity *id = identity(c, t, hash_bytes(b->p, b->n));
	struct top *old = id->top ? numbered(c, id->top) : NULL;
	if (old) {
		struct diag *x = diag_error(e->diags, at, D_OBJECT_TWICE, b->p);
		diag_label(e->diags, x, "second: %s", t->inst ? instance_label(e, t->inst) : t->name);
		diag_place(e->diags, x,
			old->inst ? old->inst->at
				: old->use ? old->use->span
				: e->stack->at,
			"first: %s", old->inst ? instance_label(e, old->inst) : old->name);
		diag_note(e->diags, x, "in one stream the second object silently replaces the first");
		if (old == t && t->inst && instance_set(t->inst, SLOT_NAMES)) {
			char *word = arena_strdup(e->p->arena, o->kind, strlen(o->kind));
			for (char *q = word; *q; q++)
				*q = *q >= 'A' && *q <= 'Z' ? (char)(*q + 32) : *q;
			diag_help(e->diags, x,
				"`names` renames every object of a kind unless it says which: { \"%s/OLD-NAME\": \"new\" }",
				word);
		}
	} else {
		id->top = t->number + 1;
		c->nidentities++;
	}
	if (o->tree && !old && !strcmp(o->kind, "Service")) {
		const struct value *spec = value_getc(o->tree, "spec"),
			*ports = spec && spec->tag == VALUE_RECORD ? value_getc(spec, "ports") : NULL;
		for (uint32_t n = 0; ports && ports->tag == VALUE_LIST && n < ports->n; n++) {
			const struct value *port = ports->items[n],
				*np = port->tag == VALUE_RECORD ? value_getc(port, "nodePort") : NULL,
				*protocol = np ? value_getc(port, "protocol") : NULL;
			if (!np || np->tag != VALUE_INT)
				continue;
			struct node_claim *x = claim_node_port(c, NODE_SERVICE, np->i, np->origin,
				t->inst ? t->inst->top : NULL,
				arena_printf(e->p->arena, "Service %s/%s", o->ns, o->name));
			if (protocol && protocol->tag == VALUE_STRING)
				x->protocol = arena_strdup(e->unit, protocol->str.p, protocol->n);
		}
	}
}

static void need_namespace(struct compile *c, const char *ns)
{
	enum { LATEST = sizeof c->latest / sizeof *c->latest };
	for (int i = 0; i < LATEST && c->latest[i]; i++)
		if (!strcmp(c->latest[i], ns))
			return;
	static const char *const there[] = { "", "default", "kube-system", "kube-public", "kube-node-lease" };
	for (size_t i = 0; i < sizeof there / sizeof *there; i++)
		if (!strcmp(there[i], ns))
			return;
	const struct atom *a = atom_cstr(c->e->p->atoms, ns);
	memmove(c->latest + 1, c->latest, (LATEST - 1) * sizeof *c->latest);
	c->latest[0] = a->text;
	if (table_get(&c->namespaces, a))
		return;
	table_put(&c->namespaces, a, (void *)(uintptr_t)1);
	VEC_PUSH(c->e->unit, &c->namespace_list, a->text);
}

/* -- forcing -- */

static void wire_to(struct eval *e, struct instance *i, const struct value *v, int depth)
{
	struct instance *t = instance_behind(v);
	if (depth > 4)
		return;
	if (t && t->top != i->top && t != e->stack) {
		for (uint32_t n = 0; n < i->top->wires.n; n++)
			if (i->top->wires.v[n] == t->top)
				return;
		VEC_PUSH(e->unit, &i->top->wires, t->top);
	}
	for (uint32_t n = 0; n < v->n && v->tag == VALUE_LIST; n++)
		wire_to(e, i, v->items[n], depth + 1);
	for (uint32_t n = 0; n < v->n && v->tag == VALUE_RECORD; n++)
		wire_to(e, i, v->rec.fields[n].value, depth + 1);
}

static void force(struct compile *c, struct instance *i)
{
	struct eval *e = c->e;
	e->user = i;
	for (uint32_t s = 0; s < i->kind->members.n; s++) {
		const struct member *m = &i->kind->members.v[s];
		if (s == SLOT_POLICY || s == SLOT_CATALOG || s == SLOT_SELECTOR || s == SLOT_KIND || s == SLOT_STACK)
			continue;       /* the compiler's own: made when they are asked for */
		const struct value *v = slot_value(e, i, s);
		if (m->tag == MEMBER_NEED || m->tag == MEMBER_SETTING)
			wire_to(e, i, v, 0);
		if (is_error(v))
			i->failed = 1;
		if ((s == SLOT_LABELS || s == SLOT_ANNOTATIONS) && v->tag == VALUE_RECORD && v->n)
			schema_labels(
				e, v, instance_set(i, s) ? instance_set(i, s)->span : i->at, s == SLOT_ANNOTATIONS);
	}
	/* a version that no catalog has is an error also where nothing of the row is used */
	if (instance_set(i, SLOT_VERSION))
		slot_value(e, i, SLOT_CATALOG);
	for (uint32_t n = 0; n < i->kind->ports.n; n++)
		if (is_error(port_value(e, i, i->kind->ports.v[n].name, i->at)))
			i->failed = 1;
	claim_exposes(c, i);
	if (i->kind->runs.n)
		check_policy(c, i);
	for (uint32_t n = 0; n < i->statements.n; n++)
		if (i->statements.v[n]->tag == AST_CHECK) {
			struct env outer = i->env ? *i->env : (struct env){ 0 };
			run_check(c, &outer, i->statements.v[n], i, i->statements.v[n]->span, "the component");
		}
	e->user = NULL;
}

/* -- rules -- */

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

/* -- tops and their order -- */

static struct top *top_new(struct compile *c, const char *name, const char *kind)
{
	struct top *t = ARENA_NEW(c->e->unit, struct top);
	t->name = name;
	t->kind = kind;
	return t;
}

static int top_by_name(const void *a, const void *b)
{
	return strcmp((*(struct top *const *)a)->name, (*(struct top *const *)b)->name);
}

static void visit(struct compile *c, struct top *t, struct top **out, uint32_t *n, uint32_t depth)
{
	if (t->mark || depth > 5000)
		return;
	t->mark = 1;
	if (t->needs.n > 1)
		qsort(t->needs.v, t->needs.n, sizeof *t->needs.v, top_by_name);
	for (uint32_t k = 0; k < t->needs.n; k++)
		visit(c, t->needs.v[k], out, n, depth + 1);
	out[(*n)++] = t;
}

static const char *file_stem(struct arena *a, const char *path)
{
	const char *s = strrchr(path, '/'), *dot;
	s = s ? s + 1 : path;
	dot = strrchr(s, '.');
	return arena_strdup(a, s, dot ? (size_t)(dot - s) : strlen(s));
}

static void read_yaml_uses(struct compile *c)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < e->p->yaml.n; n++) {
		struct yaml_documents docs = { 0 };
		struct top *t = top_new(c, file_stem(e->unit, e->p->yaml.v[n]->name), "yaml");
		t->yaml = e->p->yaml.v[n];
		t->use = e->p->yaml_uses.v[n];
		yaml_read(t->yaml, e->unit, e->p->atoms, e->diags, &docs);
		VEC(const struct value *) all = { 0 };
		for (uint32_t d = 0; d < docs.n; d++) {
			const struct value *items = docs.v[d]->tag == VALUE_RECORD ? value_getc(docs.v[d], "items")
				: NULL,
				*kind = docs.v[d]->tag == VALUE_RECORD ? value_getc(docs.v[d], "kind")
				: NULL;
			if (items && items->tag == VALUE_LIST && kind && kind->tag == VALUE_STRING && kind->n == 4
				&& !memcmp(kind->str.p, "List", 4))
				for (uint32_t k = 0; k < items->n; k++)
					VEC_PUSH(e->unit, &all, items->items[k]);
			else
				VEC_PUSH(e->unit, &all, docs.v[d]);
		}
		for (uint32_t d = 0; d < all.n; d++) {
			const struct value *v = all.v[d];
			const struct value *api = v->tag == VALUE_RECORD ? value_getc(v, "apiVersion") : NULL,
				*kind = v->tag == VALUE_RECORD ? value_getc(v, "kind") : NULL,
				*meta = v->tag == VALUE_RECORD ? value_getc(v, "metadata") : NULL,
				*name = meta && meta->tag == VALUE_RECORD ? value_getc(meta, "name")
				: NULL;
			if (!api || api->tag != VALUE_STRING || !kind || kind->tag != VALUE_STRING || !name
				|| name->tag != VALUE_STRING) {
				diag_error(e->diags, v->origin, D_YAML_OBJECT,
					"this document is no Kubernetes object: it needs apiVersion, kind and metadata.name");
				continue;
			}
			if (kind->n == 6 && !memcmp(kind->str.p, "Secret", 6)) {
				struct diag *x = diag_error(
					e->diags, kind->origin, D_SECRET_YAML, "taken in from YAML");
				diag_help(e->diags, x,
					"declare it: secret %.*s { ... }; mlopsc secrets --from renders it",
					(int)name->n, name->str.p);
				continue;
			}
			all.v[t->ndocs++] = v;
		}
		t->docs = all.v;
		VEC_PUSH(e->unit, &c->tops, t);
	}
}

static void make_tops(struct compile *c)
{
	struct eval *e = c->e;
	c->tops.cap = e->tops.n + e->p->yaml.n + 2;     /* and what a delivery or secrets add */
	c->tops.v = ARENA_ARRAY(e->unit, struct top *, c->tops.cap);
	for (uint32_t n = 0; n < e->tops.n; n++) {
		struct top *t = top_new(c, e->tops.v[n]->name->text, e->tops.v[n]->kind->name->text);
		t->inst = e->tops.v[n];
		VEC_PUSH(e->unit, &c->tops, t);
		t->inst->made = t;
	}
	for (uint32_t n = 0; n < e->instances.n; n++)
		if (e->instances.v[n]->parent) {
			struct top *t = e->instances.v[n]->top->made;
			VEC_PUSH(e->unit, &t->parts, e->instances.v[n]);
		}
	for (uint32_t n = 0; n < c->tops.n; n++) {
		struct instance *i = c->tops.v[n]->inst;
		for (uint32_t k = 0; i && k < i->wires.n; k++) {
			struct top *t = i->wires.v[k]->made;
			if (t) {
				VEC_PUSH(e->unit, &c->tops.v[n]->needs, t);
				t->needed = 1;
			}
		}
	}
}

static int needs(const struct top *t, const struct top *other, int depth)
{
	if (t == other)
		return 1;
	for (uint32_t k = 0; k < t->needs.n && depth < 64; k++)
		if (needs(t->needs.v[k], other, depth + 1))
			return 1;
	return 0;
}

/* A kind that says `let install-first = true` (what makes the default storage class, say) comes before all that it does
   not need itself, although nothing is wired to it. */
static void install_first(struct compile *c)
{
	struct eval *e = c->e;
	for (uint32_t n = 0; n < c->tops.n; n++) {
		struct top *first = c->tops.v[n];
		const struct value *v = first->inst ? member_value(e, first->inst, "install-first") : NULL;
		for (uint32_t k = 0; v && v->tag == VALUE_BOOL && v->i && k < c->tops.n; k++)
			if (c->tops.v[k] != first && !needs(first, c->tops.v[k], 0))
				VEC_PUSH(e->unit, &c->tops.v[k]->needs, first);
	}
}

/* Namespaces that came in as YAML stand before what is put into them. */
static int makes_namespace(const struct top *t)
{
	for (uint32_t d = 0; d < t->ndocs; d++) {
		const struct value *kind = value_getc(t->docs[d], "kind");
		if (kind && kind->tag == VALUE_STRING && kind->n == 9 && !memcmp(kind->str.p, "Namespace", 9))
			return 1;
	}
	return 0;
}

static void order_tops(struct compile *c)
{
	struct eval *e = c->e;
	struct top **out = ARENA_ARRAY(e->unit, struct top *, c->tops.n + 1);
	uint32_t n = 0;
	if (c->tops.n > 1)
		qsort(c->tops.v, c->tops.n, sizeof *c->tops.v, top_by_name);
	for (uint32_t k = 1; k < c->tops.n; k++)
		if (!strcmp(c->tops.v[k]->name, c->tops.v[k - 1]->name)) {
			struct top *a = c->tops.v[k - 1], *b = c->tops.v[k];
			struct diag *x = diag_error(e->diags,
				b->inst ? b->inst->at
					: b->use ? b->use->span
					: e->stack->at,
				D_OBJECT_TWICE, arena_printf(e->p->arena, "component %s", b->name));
			if (a->inst)
				diag_place(e->diags, x, a->inst->at, "first here");
		}
	for (uint32_t k = 0; k < c->tops.n; k++)
		if (makes_namespace(c->tops.v[k]))
			visit(c, c->tops.v[k], out, &n, 0);
	for (uint32_t k = 0; k < c->tops.n; k++)
		visit(c, c->tops.v[k], out, &n, 0);
	c->tops.cap = c->tops.n + 1;
	c->tops.v = out;
	c->tops.n = n;
}

/* -- delivery -- */

static const struct value *release_record(struct compile *c, uint32_t n)
{
	struct eval *e = c->e;
	struct made_release *m = &c->releases.v[n];
	struct field *chart = ARENA_ARRAY(e->arena, struct field, 4), *f = ARENA_ARRAY(e->arena, struct field, 8);
	VEC(const struct value *) needs = { 0 };
	uint32_t k = 0;
	for (uint32_t q = 0; q < n; q++) {
		struct made_release *o = &c->releases.v[q];
		int needed = o->top == m->top;
		for (uint32_t w = 0; w < m->top->needs.n; w++)
			needed |= m->top->needs.v[w] == o->top;
		if (needed) {
			const struct value *v = value_cstr(
				e->arena, arena_printf(e->arena, "%s/%s", o->r.ns, o->r.name));
			VEC_PUSH(e->arena, &needs, v);
		}
	}
	if (*m->r.chart_ref) {
		chart[k++] = (struct field){ atom_cstr(e->p->atoms, "ref"), value_cstr(e->arena, m->r.chart_ref) };
	} else {
		chart[k++] = (struct field){ atom_cstr(e->p->atoms, "repo"), value_cstr(e->arena, m->r.repo) };
		chart[k++] = (struct field){ e->p->a_name, value_cstr(e->arena, m->r.chart) };
	}
	chart[k++] = (struct field){ e->p->implicit[SLOT_VERSION], value_cstr(e->arena, m->r.version) };
	f[0] = (struct field){ e->p->a_name, value_cstr(e->arena, m->r.name) };
	f[1] = (struct field){ e->p->implicit[SLOT_NAMESPACE], value_cstr(e->arena, m->r.ns) };
	f[2] = (struct field){ atom_cstr(e->p->atoms, "component"), value_cstr(e->arena, m->top->name) };
	f[3] = (struct field){ atom_cstr(e->p->atoms, "order"), value_int(e->arena, n, (struct span){ 0, 0 }) };
	f[4] = (struct field){ atom_cstr(e->p->atoms, "chart"),
		value_record(e->arena, chart, k, (struct span){ 0, 0 }) };
	f[5] = (struct field){ atom_cstr(e->p->atoms, "values"), m->r.values };
	f[6] = (struct field){ atom_cstr(e->p->atoms, "needs"),
		value_list(e->arena, needs.v, needs.n, (struct span){ 0, 0 }) };
	f[7] = (struct field){ atom_cstr(e->p->atoms, "has-null"), value_bool(value_has_null(m->r.values)) };
	return value_record(e->arena, f, 8, (struct span){ 0, 0 });
}

static int is_delivery(struct kind *k, struct interface *f)
{
	for (uint32_t s = 0; k && s < k->members.n; s++)
		if (k->members.v[s].tag == MEMBER_COLLECTS && k->members.v[s].iface == f)
			return (int)s;
	return -1;
}

/* What a delivery kind says of objects that have to be there before the releases: namespaces, and what fetches
   secrets. */
static const struct value *early_annotations(struct compile *c, struct instance *i, const char *let)
{
	struct eval *e = c->e;
	const struct value *v = member_value(e, i, let);
	if (!v || is_error(v))
		return NULL;
	v = coerce(e, v, &type_string_map, i->at);
	return is_error(v) || !schema_labels(e, v, v->origin, 1) || !v->n ? NULL : v;
}

/* `deliver = KIND`: that kind is given every release and makes objects for its engine. */
static void make_delivery(struct compile *c)
{
	struct eval *e = c->e;
	const struct value *v = member_value(e, e->stack, "deliver");
	if (!v || v->tag != VALUE_STRING)
		return;
	const struct atom *name = atom_intern(e->p->atoms, v->str.p, v->n);
	struct kind *k = program_kind(e->p, name);
	struct interface *f = program_interface(e->p, atom_cstr(e->p->atoms, "helm-release"));
	int slot = f ? is_delivery(k, f) : -1;
	if (slot < 0) {
		if (!k && program_lost(e->p, name))
			return;
		struct diag *x = k ? diag_error(e->diags, v->origin, D_OFFER,
			arena_printf(e->p->arena,
			"kind `%s` delivers nothing: it does not collect `helm-release`",
			name->text))
			: diag_error(e->diags, v->origin, D_UNKNOWN_KIND, name->text);
		struct suggest near;
		suggest_init(&near, name->text, name->len);
		struct buf b = { 0 };
		for (uint32_t n = 0; f && n < e->p->library_names.n; n++) {
			const struct library_name *l = &e->p->library_names.v[n];
			if (l->what != 'k' || is_delivery(program_kind(e->p, l->word), f) < 0)
				continue;
			suggest_try(&near, l->word->text);
			buf_addf(&b, "%s%s", b.n ? ", " : "", l->word->text);
		}
		if (suggest_best(&near)) {
			diag_label(e->diags, x, "did you mean `%s`?", suggest_best(&near));
			diag_fix(e->diags, x, v->origin, "%s", suggest_best(&near));
		}
		if (b.n)
			diag_help(e->diags, x, "kinds that deliver: %s", b.p);
		buf_free(&b);
		return;
	}
	struct instance *i = instance_new(e, k, name, NULL, NULL, NULL);
	i->at = v->origin;
	struct type t = { .tag = T_INTERFACE, .iface = f };
	const struct value **items = ARENA_ARRAY(e->unit, const struct value *, c->releases.n + 1);
	for (uint32_t n = 0; n < c->releases.n; n++)
		items[n] = coerce(e, release_record(c, n), &t, v->origin);
	i->cells[slot] = value_list(e->unit, items, c->releases.n, v->origin);
	struct top *top = top_new(c, name->text, name->text);
	top->inst = i;
	VEC_PUSH(e->unit, &e->instances, i);
	force(c, i);
	c->out.namespace_annotations = early_annotations(c, i, "namespace-annotations");
	const struct value *notes = early_annotations(c, i, "secret-annotations");
	for (uint32_t n = 0; notes && n < c->tops.n; n++)
		for (uint32_t q = 0; !c->tops.v[n]->inst && q < c->tops.v[n]->parts.n; q++)
			c->tops.v[n]->parts.v[q]->cells[SLOT_ANNOTATIONS] = notes;
	top->number = c->tops.n - c->nsources;
	VEC_PUSH(e->unit, &c->tops, top);
	c->delivery = top;
	c->out.delivered = 1;
}

/* Components are made in the order of their names and lie in memory in that of the source: what the next ones need is
   asked for ahead, in three steps, as each step knows the next one's address. */
static void ahead(const struct compile *c, uint32_t n)
{
	if (n + 3 < c->tops.n)
		__builtin_prefetch(c->tops.v[n + 3]);
	const struct instance *i = n + 2 < c->tops.n ? c->tops.v[n + 2]->inst : NULL;
	for (size_t k = 0; i && k < sizeof *i; k += 64)
		__builtin_prefetch((const char *)i + k);
	i = n + 1 < c->tops.n ? c->tops.v[n + 1]->inst : NULL;
	for (uint32_t k = 0; i && k < i->kind->members.n; k += 8)
		__builtin_prefetch(&i->cells[k]);
	i = c->tops.v[n]->inst;
	for (uint32_t k = 0; i && k < i->kind->members.n; k++)
		if (i->cells[k])
			__builtin_prefetch(i->cells[k]);
}

/* -- the first pass -- */

static void first_pass(struct compile *c, struct top *t)
{
	struct eval *e = c->e;
	struct out_component o;
	int keep = c->delivery == NULL && member_value(e, e->stack, "deliver")
		&& member_value(e, e->stack, "deliver")->tag == VALUE_STRING;
	struct arena_mark mark = arena_mark(c->scratch);
	e->arena = keep ? e->unit : c->scratch;         /* a delivery needs the values later */
	if (!keep)
		plan_first_use(c, t);
	if (make_component(c, t, &o)) {
		struct instance *who = t->inst;
		struct span at = t->inst ? t->inst->at : t->use ? t->use->span : e->stack->at;
		for (uint32_t n = 0; n < o.nobjects; n++) {
			claim_object(c, &o.objects[n], at, t);
			if (t != c->delivery)   /* where the engine runs it has made its namespace itself */
				need_namespace(c, o.objects[n].ns);
			if (!strcmp(o.objects[n].kind, "Namespace"))
				table_put(&c->namespaces, atom_cstr(e->p->atoms, o.objects[n].name),
					(void *)(uintptr_t)2);
		}
		for (uint32_t n = 0; n < o.nreleases; n++) {
			need_namespace(c, o.releases[n].ns);
			claim_text(c,
				arena_printf(e->p->arena, "release %s/%s", o.releases[n].ns, o.releases[n].name),
				at, who ? instance_label(e, who) : t->name);
			if (keep)
				VEC_PUSH(e->unit, &c->releases, ((struct made_release){ o.releases[n], t, t->inst }));
		}
		whole_component(c, t, &o, t->plan ? c->bound : NULL);
		if (t->plan) {
			plan_rules(c, t);
		} else {
			uint32_t before = e->diags->n;
			run_rules(c, t, &o);
			if (!keep && e->diags->n == before)
				plan_learn(c, t, &o);
		}
	}
	e->arena = e->unit;
	c->bound = NULL;
	if (!keep)
		arena_rewind(c->scratch, mark);
}

static void unused_allows(struct compile *c, struct allow *v, uint32_t n)
{
	struct diags *d = c->e->diags;
	for (uint32_t k = 0; k < n; k++) {
		if (v[k].used)
			continue;
		struct diag *x = diag_warn(d, v[k].decl->span, NULL, W_UNUSED_ALLOW, v[k].decl->name->text);
		struct suggest s;
		suggest_init(&s, v[k].decl->name->text, v[k].decl->name->len);
		for (uint32_t q = 0; q < d->n; q++)
			if (d->v[q]->name && strcmp(d->v[q]->name, v[k].decl->name->text))
				suggest_try(&s, d->v[q]->name);
		if (suggest_best(&s))
			diag_help(d, x, "did you mean `%s`?", suggest_best(&s));
		else
			diag_help(d, x, "take it out");
	}
}

static int make_out(void *ctx, uint32_t n, struct arena *a, struct out_component *o)
{
	struct compile *c = ctx;
	struct arena *old = c->e->arena;
	c->e->arena = a;
	ahead(c, n);
	int ok = make_component(c, c->tops.v[n], o);
	if (c->out.delivered)
		o->nreleases = 0;
	c->e->arena = old;
	return ok;
}

static void out_facts(void *ctx,
	void (*take)(void *to, const char *instance, const char *kind, const char *member, const char *value),
	void *to)
{
	tell_facts(ctx, take, to);
}

static const char *out_name(void *ctx, uint32_t n)
{
	return ((struct compile *)ctx)->tops.v[n]->name;
}

static int wire_order(const void *a, const void *b)
{
	const struct out_wire *x = a, *y = b;
	int d = strcmp(x->from, y->from);
	if (!d)
		d = strcmp(x->need, y->need);
	return d ? d : strcmp(x->to, y->to);
}

static void list_wires(struct compile *c)
{
	struct eval *e = c->e;
	VEC(struct out_wire) v = { .cap = e->instances.n + 1 };
	v.v = ARENA_ARRAY(e->unit, struct out_wire, v.cap);
	for (uint32_t n = 0; n < e->instances.n; n++) {
		struct instance *i = e->instances.v[n];
		for (uint32_t s = SLOT_COUNT; s < i->kind->members.n; s++) {
			if (i->kind->members.v[s].tag != MEMBER_NEED)
				continue;
			struct instance *to = instance_behind(slot_value(e, i, s));
			if (to)
				VEC_PUSH(e->unit, &v,
					((struct out_wire){
						i->name->text, i->kind->members.v[s].name->text, to->name->text }));
		}
	}
	if (v.n > 1)
		qsort(v.v, v.n, sizeof *v.v, wire_order);
	c->out.wires = v.v;
	c->out.nwires = v.n;
}

/* Kinds of Kubernetes that do not exist, in kinds that no component uses. */
static void check_manifest_words(struct compile *c, const struct ast *d)
{
	if (d->tag == AST_MANIFEST && !(d->flags & AST_F_STRING))
		manifest_kind(c, d);
	for (uint32_t n = 0; n < d->nkids; n++)
		if (d->kids[n]
			&& (d->tag == AST_KIND || d->tag == AST_KIF || d->tag == AST_KFOR || d->tag == AST_BLOCK))
			check_manifest_words(c, d->kids[n]);
}

/* Something is made from what all the others made: a delivery, or what fetches the secrets that are used. */
static int needs_all(const struct compile *c)
{
	struct eval *e = c->e;
	const struct value *deliver = member_value(e, e->stack, "deliver");
	for (uint32_t n = 0; n < e->p->symbols.n; n++) {
		const struct symbol *y = e->p->symbols.v[n];
		const struct ast *from = y->tag == SYMBOL_SECRET ? y->decl->kids[0] : NULL;
		if (from
			&& !(from->tag == AST_CALL && from->kids[0]->tag == AST_NAME
				&& !strcmp(from->kids[0]->name->text, "existing")))
			return 1;
	}
	return deliver && deliver->tag == VALUE_STRING;
}

static int compile_all(struct compile *c)
{
	struct eval *e = c->e;
	struct program *p = e->p;
	c->pass = 1;
	e->on_given = look_at_given;
	e->allowed = value_allowed;
	e->hooks_ctx = c;
	table_init(&c->claims, e->unit);
	table_init(&c->node_ports, e->unit);
	table_init(&c->namespaces, e->unit);
	c->out.name = p->stack->name->text;
	c->out.env = p->env ? p->env->text : "";
	c->out.title = p->env ? arena_printf(e->unit, "%s-%s", c->out.name, p->env->text) : c->out.name;
	resolve_program(p);
	if (!stack_settings(c))
		return 0;
	/* what did not even resolve would be said again by everything that depends on it, in other words; but
	   components that are sound are looked at all the same, so that one run reports every mistake */
	make_instances(e);
	all_offers(e);          /* what nobody collects is a mistake too */
	for (uint32_t n = 0; n < e->instances.n; n++)
		e->instances.v[n]->kind->ninstances++;
	for (uint32_t n = 0; n < e->instances.n; n++)
		force(c, e->instances.v[n]);
	for (uint32_t n = 0; n < p->symbols.n; n++)
		if (p->symbols.v[n]->tag == SYMBOL_PARAM || p->symbols.v[n]->tag == SYMBOL_LET)
			symbol_value(e, p->symbols.v[n], p->symbols.v[n]->decl->name_span);
	for (uint32_t s = 0; s < e->stack->kind->members.n; s++)
		if (s != SLOT_POLICY)
			slot_value(e, e->stack, s);
	for (uint32_t n = 0; n < p->checks.n; n++) {
		struct env none = { 0 };
		run_check(c, &none, p->checks.v[n], NULL, p->checks.v[n]->span, "the stack");
	}
	if (!p->every_env)
		check_other_envs(c);
	check_catalogs(e);
	chart_tables_check(c);
	make_tops(c);
	read_yaml_uses(c);
	install_first(c);
	order_tops(c);
	if (!c->lazy || needs_all(c)) {
		for (uint32_t n = 0; n < c->tops.n; n++) {
			ahead(c, n);
			c->tops.v[n]->number = n;
			first_pass(c, c->tops.v[n]);
		}
		look_at_gives(c);
		check_secrets(c);
		collect_secrets(c);
	}
	make_delivery(c);
	if (c->delivery)
		first_pass(c, c->delivery);
	if (!c->lazy)
		check_node_ports(c);
	for (uint32_t n = 0; n < p->user_kinds.n; n++)
		check_manifest_words(c, p->user_kinds.v[n]->decl);
	try_risks(c);
	resolve_words(p);
	if (e->diags->nerrors || p->only_envs)
		return 0;       /* what was not made silences nothing, and may be what others look for */
	whole_check(c);
	if (e->diags->nerrors)
		return 0;
	for (uint32_t n = 0; n < e->instances.n; n++)
		unused_allows(c, e->instances.v[n]->allows.v, e->instances.v[n]->allows.n);
	unused_allows(c, p->allows.v, p->allows.n);
	list_wires(c);
	uint32_t kept = 0;
	VEC(const char *) own = { 0 };
	for (uint32_t n = 0; n < c->namespace_list.n; n++)
		if ((uintptr_t)table_get(&c->namespaces, atom_cstr(p->atoms, c->namespace_list.v[n])) == 1)
			c->namespace_list.v[kept++] = c->namespace_list.v[n];
		else
			VEC_PUSH(e->unit, &own, c->namespace_list.v[n]);
	c->namespace_list.n = kept;
	if (own.n > 1)
		qsort(own.v, own.n, sizeof(char *), text_compare);
	c->out.own_namespaces = own.v;
	c->out.nown_namespaces = own.n;
	if (kept > 1)
		qsort(c->namespace_list.v, kept, sizeof(char *), text_compare);
	c->out.namespaces = c->namespace_list.v;
	c->out.nnamespaces = kept;
	c->out.ncomponents = c->tops.n;
	c->out.component = make_out;
	c->out.component_name = out_name;
	c->out.facts = out_facts;
	c->out.ctx = c;
	c->out.edition = EDITION;
	c->out.catalog = e->catalog ? e->catalog->text : "";
	const struct value *k8s = member_value(e, e->stack, "kubernetes");
	c->out.kubernetes = k8s && k8s->tag == VALUE_STRING ? arena_strdup(e->unit, k8s->str.p, k8s->n) : "";
	c->pass = 2;
	return 1;
}

int compile_stack(struct compile *c)
{
	const int ok = compile_all(c);
	free(c->identities);
	c->identities = NULL;
	c->identity_cap = c->nidentities = 0;
	return ok;
}
