/* The `risk` members of kinds: whether they are well-formed, and what they read. */
#include "sema/program.h"
#include "base/suggest.h"
#include "base/text.h"
#include <string.h>

const char *const risk_flag_names[RISK_NFLAGS] = { "exposure", "secret", "licence", "capacity", "downtime" };

int risk_flag(const char *word, size_t n, unsigned *flags)
{
	for (int i = 0; i < RISK_NFLAGS; i++)
		if (text_is(word, n, risk_flag_names[i])) {
			*flags |= 1u << i;
			return 1;
		}
	return 0;
}

int risk_class(const char *word, size_t n)
{
	return n == 2 && word[0] == 'R' && word[1] >= '0' && word[1] <= '5' ? word[1] - '0' : -1;
}

static int is_side(const struct ast *x)
{
	return x->tag == AST_NAME && x->bind_tag == BIND_LOCAL
		&& (x->bind_index == RISK_OLD || x->bind_index == RISK_NEW);
}

/* Calls take() for every `old.member` and `new.member`; NULL: one of them stands alone. */
static void each_member(const struct ast *x, void (*take)(void *ctx, const struct ast *field), void *ctx)
{
	if (x->tag == AST_FIELD && is_side(x->kids[0])) {
		take(ctx, x);
		return;
	}
	if (is_side(x))
		take(ctx, NULL);
	for (uint32_t i = 0; i < x->nkids; i++)
		if (x->kids[i])
			each_member(x->kids[i], take, ctx);
}

struct members { struct program *p; const struct kind *k; const struct ast *risk; uint32_t *slots, n, max; int check; };

/* What a lock can keep in a line: a setting or a `let` with a type that has no parts. */
static int can_keep(const struct type *t)
{
	if (!t)
		return 0;
	switch ((enum type_tag)t->tag) {
	case T_BOOL: case T_INT: case T_FLOAT: case T_STRING: case T_PORT: case T_TEXT: case T_ENUM: case T_ERROR:
		return 1;
	case T_OPTIONAL:
		return can_keep(t->elem);
	case T_UNION:
		for (uint32_t i = 0; i < t->n; i++)
			if (!can_keep(t->alts[i]))
				return 0;
		return 1;
	default:
		return 0;
	}
}

static void unknown(struct members *m, const struct ast *field)
{
	const struct kind *k = m->k;
	struct suggest s;
	if (k->broken || program_lost(m->p, field->name))
		return;
	struct diag *d = diag_error(m->p->diags, field->name_span, D_UNKNOWN_FIELD,
		arena_printf(m->p->arena, "kind `%s`", k->name->text), field->name->text);
	suggest_init(&s, field->name->text, field->name->len);
	for (uint32_t i = 0; i < k->members.n; i++)
		if (k->members.v[i].tag == MEMBER_SETTING || k->members.v[i].tag == MEMBER_LET || i == SLOT_VERSION)
			suggest_try(&s, k->members.v[i].name->text);
	diag_suggest(m->p->diags, d, field->name_span, suggest_best(&s));
}

static void one(void *ctx, const struct ast *field)
{
	struct members *m = ctx;
	if (!field) {
		if (m->check)
			diag_help(m->p->diags,
				diag_error(m->p->diags, m->risk->name_span, D_TYPE, "a member of `old` or `new`",
					"one of them as a whole"),
				"old.version, new.version");
		return;
	}
	const uint32_t slot = (uint32_t)(uintptr_t)table_get(&m->k->index, field->name);
	const struct member *x = slot ? &m->k->members.v[slot - 1] : NULL;
	const int readable = x && (x->tag == MEMBER_SETTING || x->tag == MEMBER_LET || slot - 1 <= SLOT_VERSION);
	if (m->check && !readable) {
		unknown(m, field);
	} else if (m->check && !can_keep(x->type)) {
		struct diag *d = diag_error(m->p->diags, field->name_span, D_TYPE,
			"something that one line of the lock can keep",
			x->type ? type_noun(m->p, x->type) : "a `let` without a type");
		diag_help(m->p->diags, d, "give the part that matters a name and a type: let %s : string = ...",
			x->type ? "part" : field->name->text);
	}
	if (m->check || !readable || !can_keep(x->type))
		return;
	for (uint32_t i = 0; i < m->n; i++)
		if (m->slots[i] == slot - 1)
			return;
	if (m->n < m->max)
		m->slots[m->n++] = slot - 1;
}

void risk_check(struct program *p, struct kind *k, const struct ast *d)
{
	struct members m = { .p = p, .k = k, .risk = d, .check = 1 };
	unsigned flags = 0;
	if (risk_class(d->name->text, d->name->len) < 0)
		diag_error(p->diags, d->name_span, D_TYPE, "a class from R0 to R5",
			arena_printf(p->arena, "`%s`", d->name->text));
	for (uint32_t i = 3; i < d->nkids; i++)
		if (!risk_flag(d->kids[i]->name->text, d->kids[i]->name->len, &flags))
			diag_error(p->diags, d->kids[i]->span, D_TYPE,
				"exposure, secret, licence, capacity or downtime",
				arena_printf(p->arena, "`%s`", d->kids[i]->name->text));
	for (uint32_t i = 0; i < 3; i++)
		if (d->kids[i])
			each_member(d->kids[i], one, &m);
}

uint32_t risk_members(struct program *p, const struct kind *k, uint32_t *slots, uint32_t max)
{
	struct members m = { .p = p, .k = k, .slots = slots, .max = max };
	for (uint32_t n = 0; n < k->risks.n; n++) {
		m.risk = k->risks.v[n];
		for (uint32_t i = 0; i < 3; i++)
			if (m.risk->kids[i])
				each_member(m.risk->kids[i], one, &m);
	}
	return m.n;
}
