/* The block of a component, a policy, or what an env says of them: each statement is bound to the member of the kind
   that it sets, exposes or is about; what no kind has, or what stands there twice, is reported. */
#include "sema/resolve.h"
#include "base/suggest.h"
#include <string.h>

const char *setting_suggest(const struct kind *k, const struct atom *name)
{
	struct suggest g;
	suggest_init(&g, name->text, name->len);
	for (uint32_t i = 0; i < k->members.n; i++) {
		int tag = k->members.v[i].tag;
		if (tag == MEMBER_SETTING || tag == MEMBER_NEED || (tag == MEMBER_IMPLICIT && i <= SLOT_ANNOTATIONS))
			suggest_try(&g, k->members.v[i].name->text);
	}
	return suggest_best(&g);
}

static int is_settable(const struct kind *k, uint32_t slot)
{
	int tag = k->members.v[slot].tag;
	return tag == MEMBER_SETTING || tag == MEMBER_NEED || (tag == MEMBER_IMPLICIT && slot <= SLOT_ANNOTATIONS);
}

static const char *const drift_words[] = { "runtime", "reference", "data", "predictions", "concept", "budget",
	"rate", NULL };

int drift_word(const struct atom *a)
{
	for (int i = 0; drift_words[i]; i++)
		if (!strcmp(drift_words[i], a->text))
			return 1;
	return 0;
}

const char *drift_suggest(const struct atom *a)
{
	struct suggest s;
	suggest_init(&s, a->text, a->len);
	for (int i = 0; drift_words[i]; i++)
		suggest_try(&s, drift_words[i]);
	return suggest_best(&s);
}

/* What a block has set and exposed so far: by slot and by port. */
struct seen { struct span *slots, *ports; };     /* hi 0: not yet */

/* `reference` and the like, set twice in one drift block. */
static void drift_word_twice(struct program *p, const struct ast *owner, const struct ast *st)
{
	for (uint32_t i = 1; i < owner->nkids && owner->kids[i] != st; i++) {
		const struct ast *o = owner->kids[i];
		if (o && o->tag == AST_ASSIGN && st->tag == AST_ASSIGN && o->name == st->name) {
			diag_place(p->diags,
				diag_error(p->diags, ast_assigned_name(st), D_DUPLICATE_SETTING, st->name->text),
				ast_assigned_name(o), "first set here");
			return;
		}
	}
}

static int same_path(const struct ast *a, const struct ast *b)
{
	if (a->tag != b->tag || a->tag == AST_ERROR)
		return 0;
	switch (a->tag) {
	case AST_NAME: return a->name == b->name;
	case AST_FIELD: return a->name == b->name && same_path(a->kids[0], b->kids[0]);
	case AST_INDEX:
		return a->kids[1]->tag == AST_STRING && b->kids[1]->tag == AST_STRING
			&& a->kids[1]->name == b->kids[1]->name && same_path(a->kids[0], b->kids[0]);
	default: return 0;
	}
}

static const char *source_words(const struct program *p, struct span at, size_t *n)
{
	const struct source *src = source_of(p->sources, at.lo);
	*n = src ? at.hi - at.lo : 0;
	return src ? src->text + (at.lo - src->base) : "";
}

/* A severity is a word of one's own, but not one that is nearly one of those that everybody has; and no alert stands
   twice. */
static void alert_words(struct program *p, const struct ast *owner, const struct ast *st)
{
	static const char *const known[] = { "info", "warning", "critical" };
	struct suggest s;
	size_t n, m;
	const char *text = source_words(p, st->span, &n);
	suggest_init(&s, st->name->text, st->name->len);
	for (int i = 0; i < 3; i++)
		suggest_try(&s, known[i]);
	if (suggest_best(&s) && strcmp(suggest_best(&s), st->name->text)) {
		struct diag *x = diag_error(p->diags, st->name_span, D_DRIFT,
			arena_printf(p->arena, "no severity is called `%s`", st->name->text));
		diag_suggest(p->diags, x, st->name_span, suggest_best(&s));
		diag_note(p->diags, x,
			"everybody has info, warning and critical; one of your own is a word that is not near to these");
	}
	for (uint32_t i = 1; i < owner->nkids && owner->kids[i] != st; i++) {
		const struct ast *o = owner->kids[i];
		const char *other = o->tag == AST_ALERT ? source_words(p, o->span, &m) : NULL;
		if (other && n == m && !memcmp(text, other, n)) {
			diag_place(p->diags,
				diag_error(p->diags, st->span, D_DRIFT, "this alert stands here twice"), o->span,
				"first here");
			return;
		}
	}
}

/* `setting.field = value`, twice in one block. */
static void field_twice(struct program *p, const struct ast *owner, const struct ast *st)
{
	for (uint32_t i = 1; i < owner->nkids && owner->kids[i] != st; i++) {
		const struct ast *o = owner->kids[i];
		if (o && o->tag == AST_SET && o->kids[0]->tag != AST_NAME && same_path(o->kids[0], st->kids[0])) {
			const struct source *src = source_of(p->sources, st->kids[0]->span.lo);
			uint32_t n = st->kids[0]->span.hi - st->kids[0]->span.lo;
			const char *path = src
				? arena_strdup(p->arena, src->text + (st->kids[0]->span.lo - src->base), n)
				: "this";
			diag_place(p->diags, diag_error(p->diags, st->kids[0]->span, D_DUPLICATE_SETTING, path),
				o->kids[0]->span, "first set here");
			return;
		}
	}
}

/* `setting = value` and `setting.field = value`. */
static void set_statement(
	struct scope *s, struct ast *st, struct kind *k, const struct ast *owner, struct seen *seen)
{
	struct program *p = s->p;
	const int whole = st->tag == AST_ASSIGN;
	struct ast *root = whole ? st : st->kids[0];
	while (root->tag == AST_FIELD || root->tag == AST_INDEX)
		root = root->kids[0];
	const int named = whole || root->tag == AST_NAME;
	int drift = owner->tag == AST_DRIFT && named && drift_word(root->name);
	if (drift && seen)
		drift_word_twice(p, owner, st);
	if (drift && !strcmp(root->name->text, "runtime"))
		return;
	const struct span at = whole ? ast_assigned_name(st) : root->span;
	const uint32_t words = p->words.n;
	resolve_expr(s, st->kids[whole ? 0 : 1]);
	if (owner->tag == AST_DRIFT && !drift && named && drift_suggest(root->name)
		&& !(k && table_get(&k->index, root->name))) {
		const char *best = drift_suggest(root->name);
		struct diag *x = diag_error(p->diags, at, D_UNKNOWN_SETTING, owner->name->text,
			k ? k->name->text : "drift", root->name->text);
		diag_suggest(p->diags, x, at, best);
		p->words.n = words;
		return;
	}
	if (!named || !k || drift)
		return;
	uint32_t slot = (uint32_t)(uintptr_t)table_get(&k->index, root->name);
	if ((!slot && (k->broken || program_lost(p, root->name)))
		|| (slot && k->members.v[slot - 1].type == &type_error))
		return;         /* follows from what was said */
	if (!slot || !is_settable(k, slot - 1)) {
		struct diag *x = diag_error(p->diags, at, D_UNKNOWN_SETTING, owner->name->text,
			k->name->text, root->name->text);
		const char *best = setting_suggest(k, root->name);
		if (best) {
			diag_suggest(p->diags, x, at, best);
		} else if (slot) {
			diag_label(p->diags, x, k->members.v[slot - 1].tag == MEMBER_INNER ?
				"a component inside of it: only what the kind gives is seen" : "the kind computes this itself");
		}
		diag_help(p->diags, x, "mlopsc doc %s lists its settings", k->name->text);
		p->words.n = words;     /* the setting that was meant may know them */
		return;
	}
	root->bind_tag = BIND_SLOT;
	root->bind_index = slot - 1;
	if (seen && (whole || st->kids[0] == root)) {
		if (seen->slots[slot - 1].hi)
			diag_place(p->diags,
				diag_error(p->diags, at, D_DUPLICATE_SETTING, root->name->text),
				seen->slots[slot - 1], "first set here");
		else
			seen->slots[slot - 1] = at;
	} else if (seen) {
		field_twice(p, owner, st);
	}
}

static void expose_statement(struct scope *s, struct ast *st, const struct kind *k, struct seen *seen)
{
	struct program *p = s->p;
	if (seen && k && kind_port(k, st->name) >= 0) {
		struct span *old = &seen->ports[kind_port(k, st->name)];
		if (old->hi)
			diag_place(p->diags,
				diag_error(p->diags, st->name_span, D_DUPLICATE_SETTING, st->name->text),
				*old, "first exposed here");
		else
			*old = st->name_span;
	}
	if (st->kids[0]->tag == AST_CALL)
		for (uint32_t i = 1; i < st->kids[0]->nkids; i++)
			resolve_expr(s, st->kids[0]->kids[i]);
	if (k && kind_port(k, st->name) < 0) {
		struct diag *x = diag_error(
			p->diags, st->name_span, D_UNKNOWN_PORT, k->name->text, st->name->text);
		struct buf b = { 0 };
		for (uint32_t i = 0; i < k->ports.n; i++)
			buf_addf(&b, "%s%s", i ? ", " : "", k->ports.v[i].name->text);
		if (b.n)
			diag_help(p->diags, x, "it has %s", b.p);
		buf_free(&b);
	}
}

static void alert_statement(struct scope *s, struct ast *st)
{
	struct ast *w = st->kids[0];
	if (w->tag == AST_BINARY) {
		resolve_expr(s, w->kids[1]);
		w = w->kids[0];
	}
	if (w->tag == AST_CALL)
		for (uint32_t i = 1; i < w->nkids; i++)
			resolve_expr(s, w->kids[i]);
	for (uint32_t i = 1; i < st->nkids; i++)
		resolve_expr(s, st->kids[i]);
}

void resolve_statement(struct scope *s, struct ast *st, struct kind *k, const struct ast *owner, struct seen *seen)
{
	switch ((enum ast_tag)st->tag) {
	case AST_ASSIGN:
	case AST_SET:
		set_statement(s, st, k, owner, seen);
		break;
	case AST_EXPOSE:
		expose_statement(s, st, k, seen);
		break;
	case AST_ALERT:
		if (seen)
			alert_words(s->p, owner, st);
		alert_statement(s, st);
		break;
	case AST_PATCH:
	case AST_VALUES:
	case AST_CHECK:
		for (uint32_t i = 0; i < st->nkids; i++)
			resolve_expr(s, st->kids[i]);
		break;
	default:
		break;
	}
}

void resolve_block(struct scope *s, struct ast *d, struct kind *k)
{
	uint32_t n = s->n;
	if (d->tag == AST_COMPONENT && d->kids[0]) {
		resolve_expr(s, d->kids[0]);
		d->bind_index = s->n;
		scope_push(s, d, d->name3);
	}
	if (d->tag == AST_DRIFT)
		resolve_expr(s, d->kids[0]);
	struct span few[128];           /* enough for most kinds; ten thousand blocks shall not each cost a table */
	const uint32_t slots = k ? k->members.n : 0, ports = k ? k->ports.n : 0;
	struct seen seen = { few, few + slots };
	if (slots + ports > 128) {
		seen.slots = ARENA_ARRAY(s->p->arena, struct span, slots + ports);
		seen.ports = seen.slots + slots;
	} else {
		memset(few, 0, (slots + ports) * sizeof *few);
	}
	const uint32_t words = s->p->words.n;
	for (uint32_t i = 1; i < d->nkids; i++)
		resolve_statement(s, d->kids[i], k, d, &seen);
	if (!k && d->name2)
		s->p->words.n = words;  /* the kind that was meant may know them */
	s->n = n;
}
