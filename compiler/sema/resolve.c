/* Binds every name to what it means: a local variable, a slot of the kind, a stack symbol, a function, a detector.
   A name that is bound to nothing may be a member of an enumeration, whose type is known only when a value is wanted;
   such words are kept, and what no enumeration has is reported once everything has been seen.

   The user's text is resolved whole, used or not, so that a mistake in it is always found; the library's, when it is
   used. */
#include "sema/program.h"
#include "base/suggest.h"
#include <string.h>

struct scope {
	struct program *p;
	struct kind *kind;              /* NULL: the stack */
	const struct atom *locals[MAX_LOCALS];
	uint32_t n;
	int pure;                       /* a function's body: locals, functions and built-ins only */
	const struct ast *env;          /* an env that is not built: what it declares is known in it */
};

static void expr(struct scope *s, struct ast *e);

static int push(struct scope *s, const struct ast *at, const struct atom *name)
{
	if (!name)
		return 1;
	if (s->n == MAX_LOCALS) {
		diag_error(s->p->diags, at->span, D_TOO_DEEP, MAX_LOCALS);
		return 0;
	}
	s->locals[s->n++] = name;
	return 1;
}

/* A name that is nothing is reported where it is met first; its other uses are counted there. */
void unknown_first(struct program *p, const struct atom *name, struct diag *x)
{
	struct location l = source_locate(p->sources, x->span.lo);
	struct unknown *u = ARENA_NEW(p->arena, struct unknown);
	*u = (struct unknown){ x, l.line, 0, l.source, "" };
	table_put(&p->unknown, name, u);
	VEC_PUSH(p->arena, &p->unknowns, u);
}

void unknown_again(struct program *p, struct unknown *u, struct span at)
{
	struct location l = source_locate(p->sources, at.lo);
	if (l.line == u->line && l.source == u->source)
		return;         /* the same name in one line is one slip */
	u->line = l.line;
	u->source = l.source;
	u->more++;
	if (u->more <= 5 && l.source)
		u->lines = arena_printf(p->arena, "%s%s%s:%u", u->lines, *u->lines ? ", " : "", l.source->name, l.line);
}

static void unknown_name(struct program *p, struct kind *k, const struct ast *e)
{
	if ((k && k->broken) || program_lost(p, e->name))
		return;         /* follows from what was said */
	const struct atom *id = k
		? atom_cstr(p->atoms, arena_printf(p->arena, "%s/%s", k->name->text, e->name->text))
		: e->name;
	struct unknown *u = table_get(&p->unknown, id);
	if (u) {
		unknown_again(p, u, e->span);
		return;
	}
	struct diag *x = diag_error(p->diags, e->span, D_UNKNOWN_NAME, e->name->text);
	struct suggest s;
	unknown_first(p, id, x);
	if (diag_full(p->diags))
		return;
	suggest_init(&s, e->name->text, e->name->len);
	if (k)
		for (uint32_t i = 0; i < k->members.n; i++)
			suggest_try(&s, k->members.v[i].name->text);
	else
		for (uint32_t i = 0; i < p->names['v'].n; i++)
			suggest_try(&s, p->names['v'].v[i]->text);
	const char *best = suggest_best(&s);
	if (best) {
		diag_label(p->diags, x, "did you mean `%s`?", best);
		diag_fix(p->diags, x, e->span, "%s", best);
	}
	if (e->flags & AST_F_TEXT) {    /* text was wanted: perhaps the quotes are missing */
		const struct source *src = source_of(p->sources, e->span.lo);
		struct span at = e->span;
		static const char inside[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
		if (src)
			at.hi = at.lo + (uint32_t)strspn(src->text + (at.lo - src->base), inside);
		diag_help(p->diags, x, "text stands in quotes: \"%.*s\"", (int)(at.hi - at.lo),
			src ? src->text + (at.lo - src->base) : "");
		if (!best)
			diag_fix(p->diags, x, at, "\"%.*s\"", (int)(at.hi - at.lo),
				src ? src->text + (at.lo - src->base) : "");
	}
}

static void name(struct scope *s, struct ast *e)
{
	struct program *p = s->p;
	e->bind_tag = BIND_WORD;
	for (uint32_t i = s->n; i-- > 0;)
		if (s->locals[i] == e->name) {
			e->bind_tag = BIND_LOCAL;
			e->bind_index = i;
			return;
		}
	if (s->kind) {
		uint32_t slot = (uint32_t)(uintptr_t)table_get(&s->kind->index, e->name);
		if (slot) {
			e->bind_tag = BIND_SLOT;
			e->bind_index = slot - 1;
			return;
		}
		if (e->name == p->a_port || e->name == p->a_expose) {
			e->bind_tag = e->name == p->a_port ? BIND_PORTS : BIND_EXPOSE;
			return;
		}
	} else if (!s->pure) {
		struct symbol *y = table_get(&p->values, e->name);
		if (y && y->tag != SYMBOL_FN) {
			y->uses++;
			e->bind_tag = BIND_SYMBOL;
			e->bind = y;
			return;
		}
		if (e->name == p->implicit[SLOT_STACK]) {
			/* the stack's settings; the stack's own scope has no other slot */
			e->bind_tag = BIND_SLOT;
			e->bind_index = SLOT_STACK;
			return;
		}
	}
	for (uint32_t i = 0; s->env && i < s->env->nkids; i++)
		if ((s->env->kids[i]->tag == AST_COMPONENT || s->env->kids[i]->tag == AST_DRIFT)
			&& s->env->kids[i]->name == e->name)
			return;
	if (e->name->len == 4 && !memcmp(e->name->text, "null", 4)) {
		e->bind_tag = BIND_NULL;
		return;
	}
	VEC_PUSH(p->arena, &p->words, e);
	e->bind = s->kind;
}

static void callee(struct scope *s, struct ast *call)
{
	struct program *p = s->p;
	struct ast *c = call->kids[0];
	if (c->tag != AST_NAME) {
		expr(s, c);
		return;
	}
	int b = builtin_index(c->name);
	struct symbol *y = program_callable(p, c->name);
	if (y && y->tag == SYMBOL_FN) {
		c->bind_tag = BIND_FN;
		c->bind = y->fn;
		resolve_fn(p, y->fn);
		return;
	}
	if (b >= 0) {
		c->bind_tag = BIND_BUILTIN;
		c->bind_index = (uint32_t)b;
		return;
	}
	struct detector *t = program_detector(p, c->name);
	if (t) {
		c->bind_tag = BIND_DETECTOR;
		c->bind = t;
		resolve_kind(p, t->shape);
		return;
	}
	c->bind_tag = BIND_BAD;
	if (program_lost(p, c->name))
		return;
	struct diag *x = diag_error(p->diags, c->span, D_UNKNOWN_FUNCTION, c->name->text);
	if (y || (s->kind && table_get(&s->kind->index, c->name))) {
		diag_label(p->diags, x, "`%s` is a value, not a function", c->name->text);
		return;
	}
	struct suggest g;
	suggest_init(&g, c->name->text, c->name->len);
	for (int i = 0; builtin_name(i); i++)
		suggest_try(&g, builtin_name(i));
	const char *best = suggest_best(&g);
	if (!best)
		best = program_suggest(p, 'v', c->name);
	if (!best)
		best = program_suggest(p, 'd', c->name);
	if (best) {
		diag_label(p->diags, x, "did you mean `%s`?", best);
		diag_fix(p->diags, x, c->span, "%s", best);
	}
}

/* for a, b in list { ... }: the list sees the outer scope, the rest the variables. */
static void loop(struct scope *s, struct ast *e, uint32_t first_inside)
{
	uint32_t n = s->n;
	expr(s, e->kids[0]);
	if (push(s, e, e->name) && push(s, e, e->name2)) {
		e->bind_index = n;
		for (uint32_t i = first_inside; i < e->nkids; i++)
			if (e->kids[i])
				expr(s, e->kids[i]);
	}
	s->n = n;
}

static void expr(struct scope *s, struct ast *e)
{
	if (!e)
		return;
	switch ((enum ast_tag)e->tag) {
	case AST_NAME:
		name(s, e);
		break;
	case AST_CALL: {
		callee(s, e);
		uint32_t words = s->p->words.n;
		for (uint32_t i = 1; i < e->nkids; i++)
			expr(s, e->kids[i]);
		if (e->kids[0]->tag == AST_NAME && e->kids[0]->bind_tag == BIND_BAD)
			s->p->words.n = words;  /* what is called may know them: only that it is not there is said */
		break;
	}
	case AST_LISTFOR:
	case AST_EFOR:
		loop(s, e, 1);
		break;
	default:
		for (uint32_t i = 0; i < e->nkids; i++)
			expr(s, e->kids[i]);
		break;
	}
}

static void params(struct scope *s, const struct ast *d, uint32_t from)
{
	for (uint32_t i = from; i < d->nkids; i++) {
		const struct ast *f = d->kids[i];
		if (f->tag != AST_FIELDDEF)
			continue;
		type_of_ast(s->p, f->kids[0]);
		if (f->nkids > 1)
			expr(s, f->kids[1]);
		for (uint32_t k = from; k < i; k++)
			if (d->kids[k]->tag == AST_FIELDDEF && d->kids[k]->name == f->name)
				diag_place(s->p->diags,
					diag_error(s->p->diags, f->name_span, D_DUPLICATE, f->name->text),
					d->kids[k]->name_span, "declared here");
		push(s, f, f->name);
	}
}

void resolve_fn(struct program *p, struct fn *f)
{
	if (f->visiting) {
		diag_label(p->diags,
			diag_error(p->diags, f->decl->name_span, D_RECURSION, "function", f->name->text, "calls"),
			"reaches itself");
		f->recursive = 1;
		return;
	}
	if (f->resolved)
		return;
	f->visiting = 1;
	struct scope s = { .p = p, .pure = 1 };
	const struct ast *d = f->decl;
	f->nparams = d->nkids - 2;
	f->params = ARENA_ARRAY(p->arena, struct type_field, f->nparams);
	for (uint32_t i = 0; i < f->nparams; i++) {
		const struct ast *x = d->kids[i + 2];
		f->params[i] = (struct type_field){ x->name, type_of_ast(p, x->kids[0]),
			x->nkids > 1 ? x->kids[1] : NULL, x->span, NULL };
	}
	f->result = d->kids[0] ? type_of_ast(p, d->kids[0]) : NULL;
	params(&s, d, 2);
	expr(&s, d->kids[1]);
	f->visiting = 0;
	f->resolved = 1;
}

/* -- blocks of components -- */

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
		diag_label(p->diags, x, "did you mean `%s`?", suggest_best(&s));
		diag_fix(p->diags, x, st->name_span, "%s", suggest_best(&s));
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

static void statement(struct scope *s, struct ast *st, struct kind *k, const struct ast *owner, struct seen *seen)
{
	struct program *p = s->p;
	switch ((enum ast_tag)st->tag) {
	case AST_ASSIGN:
	case AST_SET: {
		const int whole = st->tag == AST_ASSIGN;
		struct ast *root = whole ? st : st->kids[0];
		while (root->tag == AST_FIELD || root->tag == AST_INDEX)
			root = root->kids[0];
		const int named = whole || root->tag == AST_NAME;
		int drift = owner->tag == AST_DRIFT && named && drift_word(root->name);
		if (drift && seen)
			drift_word_twice(p, owner, st);
		if (drift && !strcmp(root->name->text, "runtime"))
			break;
		const struct span at = whole ? ast_assigned_name(st) : root->span;
		const uint32_t words = p->words.n;
		expr(s, st->kids[whole ? 0 : 1]);
		if (owner->tag == AST_DRIFT && !drift && named && drift_suggest(root->name)
			&& !(k && table_get(&k->index, root->name))) {
			const char *best = drift_suggest(root->name);
			struct diag *x = diag_error(p->diags, at, D_UNKNOWN_SETTING, owner->name->text,
				k ? k->name->text : "drift", root->name->text);
			diag_label(p->diags, x, "did you mean `%s`?", best);
			diag_fix(p->diags, x, at, "%s", best);
			p->words.n = words;
			break;
		}
		if (!named || !k || drift)
			break;
		uint32_t slot = (uint32_t)(uintptr_t)table_get(&k->index, root->name);
		if ((!slot && (k->broken || program_lost(p, root->name)))
			|| (slot && k->members.v[slot - 1].type == &type_error))
			break;          /* follows from what was said */
		if (!slot || !is_settable(k, slot - 1)) {
			struct diag *x = diag_error(p->diags, at, D_UNKNOWN_SETTING, owner->name->text,
				k->name->text, root->name->text);
			const char *best = setting_suggest(k, root->name);
			if (best) {
				diag_label(p->diags, x, "did you mean `%s`?", best);
				diag_fix(p->diags, x, at, "%s", best);
			} else if (slot) {
				diag_label(p->diags, x, k->members.v[slot - 1].tag == MEMBER_INNER ?
					"a component inside of it: only what the kind gives is seen" : "the kind computes this itself");
			}
			diag_help(p->diags, x, "mlopsc doc %s lists its settings", k->name->text);
			p->words.n = words;     /* the setting that was meant may know them */
			break;
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
		break;
	}
	case AST_EXPOSE:
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
				expr(s, st->kids[0]->kids[i]);
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
		break;
	case AST_ALERT: {
		if (seen)
			alert_words(p, owner, st);
		struct ast *w = st->kids[0];
		if (w->tag == AST_BINARY) {
			expr(s, w->kids[1]);
			w = w->kids[0];
		}
		if (w->tag == AST_CALL)
			for (uint32_t i = 1; i < w->nkids; i++)
				expr(s, w->kids[i]);
		if (st->nkids > 1)
			expr(s, st->kids[1]);
		for (uint32_t i = 2; i < st->nkids; i++)
			expr(s, st->kids[i]);
		break;
	}
	case AST_PATCH:
	case AST_VALUES:
	case AST_CHECK:
		for (uint32_t i = 0; i < st->nkids; i++)
			expr(s, st->kids[i]);
		break;
	default:
		break;
	}
}

static void component_block(struct scope *s, struct ast *d, struct kind *k)
{
	uint32_t n = s->n;
	if (d->tag == AST_COMPONENT && d->kids[0]) {
		expr(s, d->kids[0]);
		d->bind_index = s->n;
		push(s, d, d->name3);
	}
	if (d->tag == AST_DRIFT)
		expr(s, d->kids[0]);
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
		statement(s, d->kids[i], k, d, &seen);
	if (!k && d->name2)
		s->p->words.n = words;  /* the kind that was meant may know them */
	s->n = n;
}

/* -- kinds -- */

static void output(struct scope *s, struct ast *o)
{
	uint32_t n = s->n;
	switch ((enum ast_tag)o->tag) {
	case AST_COMPONENT: {
		uint32_t slot = (uint32_t)(uintptr_t)table_get(&s->kind->index, o->name);
		struct kind *inner = slot ? s->kind->members.v[slot - 1].inner : NULL;
		if (inner)
			resolve_kind(s->p, inner);
		o->bind_depth = (uint16_t)s->n;
		component_block(s, o, inner);
		break;
	}
	case AST_KFOR:
		loop(s, o, 2);
		if (push(s, o, o->name) && push(s, o, o->name2))
			output(s, o->kids[1]);
		break;
	case AST_KIF:
		expr(s, o->kids[0]);
		output(s, o->kids[1]);
		if (o->nkids > 2 && o->kids[2])
			output(s, o->kids[2]);
		break;
	case AST_BLOCK:
		for (uint32_t i = 0; i < o->nkids; i++)
			output(s, o->kids[i]);
		break;
	default:
		for (uint32_t i = 0; i < o->nkids; i++)
			expr(s, o->kids[i]);
		break;
	}
	s->n = n;
}

/* A risk is judged where no stack is, from what two locks say: it sees what was, what is, and functions. */
static void risk(struct program *p, struct kind *k, struct ast *d)
{
	static const char *const words[RISK_LOCALS] = { "old", "new", "restarts" };
	struct scope s = { .p = p, .pure = 1 };
	for (int i = 0; i < RISK_LOCALS; i++)
		s.locals[s.n++] = atom_cstr(p->atoms, words[i]);
	for (uint32_t i = 0; i < 3; i++)
		expr(&s, d->kids[i]);
	risk_check(p, k, d);
}

void resolve_kind(struct program *p, struct kind *k)
{
	if (k->resolved)
		return;
	k->resolved = 1;
	if (k->base)
		resolve_kind(p, k->base);
	struct scope s = { .p = p, .kind = k };
	for (uint32_t i = 0; i < k->decl->nkids; i++) {
		struct ast *m = k->decl->kids[i];
		switch ((enum ast_tag)m->tag) {
		case AST_SETTING:
			if (m->nkids > 1)
				expr(&s, m->kids[1]);
			break;
		case AST_LET:
			expr(&s, m->kids[1]);
			break;
		case AST_SECRET:
			for (uint32_t n = 1; n < m->nkids; n++)
				if (m->kids[n]->nkids && m->kids[n]->kids[0])
					expr(&s, m->kids[n]->kids[0]);
			break;
		case AST_NEEDS:
		case AST_COLLECTS:
		case AST_ERROR:
			break;
		case AST_PORT:
			expr(&s, m->kids[0]);
			break;
		case AST_GIVES:
		case AST_EXPORTS:
			params(&s, m, 1);
			expr(&s, m->kids[0]);
			s.n = 0;
			break;
		case AST_RUNS:
			if (m->nkids)
				expr(&s, m->kids[0]);
			break;
		case AST_RISK:
			risk(p, k, m);
			break;
		default:
			output(&s, m);
			break;
		}
	}
}

struct todo { struct ast *n; uint32_t locals; };   /* n NULL: back to so many locals */

/* Where a rule says over what it runs: the word behind `in`. */
static struct span rule_set(const struct program *p, const struct ast *d)
{
	const struct source *src = source_of(p->sources, d->span.lo);
	uint32_t at = d->name2_span.hi;
	if (!src)
		return d->span;
	at += (uint32_t)strspn(src->text + (at - src->base), " \t") + 2;
	at += (uint32_t)strspn(src->text + (at - src->base), " \t");
	return (struct span){ at, at + d->name3->len };
}

void resolve_rule(struct program *p, struct rule *r)
{
	if (r->resolved)
		return;
	r->resolved = 1;
	struct scope s = { .p = p, .pure = 1 };
	const struct ast *d = r->decl;
	const char *set = d->name3->text;
	if (strcmp(set, "objects") && strcmp(set, "releases")) {
		struct suggest near;
		struct diag *x = diag_error(p->diags, rule_set(p, d), D_UNKNOWN_NAME, set);
		suggest_init(&near, set, d->name3->len);
		suggest_try(&near, "objects");
		suggest_try(&near, "releases");
		if (suggest_best(&near))
			diag_label(p->diags, x, "did you mean `%s`?", suggest_best(&near));
		if (suggest_best(&near))
			diag_fix(p->diags, x, x->span, "%s", suggest_best(&near));
		diag_help(p->diags, x, "a rule runs `for x in objects` or `for x in releases`");
	}
	push(&s, d, d->name2);
	struct todo stack[256];
	uint32_t depth = 0;
	/* statements in order; a `let` is seen by what follows it in its block */
	for (uint32_t i = d->nkids; i-- > 0 && depth < 256;)
		stack[depth++] = (struct todo){ d->kids[i], 0 };
	while (depth) {
		struct ast *n = stack[--depth].n;
		if (!n) {
			s.n = stack[depth].locals;
			continue;
		}
		switch ((enum ast_tag)n->tag) {
		case AST_LET:
			expr(&s, n->kids[1]);
			n->bind_index = s.n;
			push(&s, n, n->name);
			break;
		case AST_KFOR:
			expr(&s, n->kids[0]);
			n->bind_index = s.n;
			if (depth + n->kids[1]->nkids + 1 > 255)
				break;
			stack[depth].n = NULL;
			stack[depth++].locals = s.n;
			push(&s, n, n->name);
			push(&s, n, n->name2);
			for (uint32_t i = n->kids[1]->nkids; i-- > 0;)
				stack[depth++].n = n->kids[1]->kids[i];
			break;
		case AST_KIF:
			expr(&s, n->kids[0]);
			for (uint32_t b = n->nkids; b-- > 1;) {
				struct ast *block = n->kids[b];
				if (!block || depth + block->nkids + 1 > 255)
					continue;
				stack[depth].n = NULL;
				stack[depth++].locals = s.n;
				if (block->tag == AST_BLOCK)
					for (uint32_t i = block->nkids; i-- > 0;)
						stack[depth++].n = block->kids[i];
				else
					stack[depth++].n = block;
			}
			break;
		case AST_CHECK:
			expr(&s, n->kids[0]);
			expr(&s, n->kids[1]);
			break;
		default:
			break;
		}
	}
}

void resolve_catalog_row(struct program *p, const struct ast *set)
{
	struct scope s = { .p = p, .pure = 1 };
	if (!set->kids[0]->bind_depth) {
		set->kids[0]->bind_depth = 1;
		expr(&s, set->kids[1]);
	}
}

void resolve_stack_expr(struct program *p, struct ast *e, const struct atom *local)
{
	struct scope s = { .p = p };
	push(&s, e, local);
	expr(&s, e);
}

/* Does the drift block set something that was most likely meant to be this word? */
static int misspells(const struct ast *d, const char *word)
{
	for (uint32_t i = 1; i < d->nkids; i++) {
		const struct ast *st = d->kids[i],
			*root = st->tag == AST_SET ? st->kids[0]
			: st->tag == AST_ASSIGN ? st
			: NULL;
		const char *best = root && (root == st || root->tag == AST_NAME) && !drift_word(root->name)
			? drift_suggest(root->name)
			: NULL;
		if (best && !strcmp(best, word))
			return 1;
	}
	return 0;
}

/* The runtime of a drift that names none: the stack's `drift-runtime`, which the library's kind of stacks has a default
   for. */
static const struct atom *default_runtime(struct program *p)
{
	static const char word[] = "drift-runtime";
	for (uint32_t n = p->stack_sets.n; n-- > 0;) {
		const struct ast *st = p->stack_sets.v[n];
		if (st->kids[0]->tag == AST_NAME && !strcmp(st->kids[0]->name->text, word))
			return st->kids[1]->tag == AST_NAME || st->kids[1]->tag == AST_STRING ? st->kids[1]->name
				: NULL;
	}
	struct kind *k = program_kind(p, p->implicit[SLOT_STACK]);
	for (uint32_t n = 0; k && n < k->members.n; n++)
		if (!strcmp(k->members.v[n].name->text, word) && k->members.v[n].deflt
			&& k->members.v[n].deflt->tag == AST_STRING)
			return k->members.v[n].deflt->name;
	return NULL;
}

static void symbol_kind(struct program *p, struct symbol *y)
{
	const struct ast *d = y->decl;
	const struct atom *kind = d->name2;
	struct span at = d->name2_span;
	if (y->tag == SYMBOL_DRIFT) {
		static const char word[] = "runtime";
		for (uint32_t pass = 0; pass < 2; pass++)
			for (uint32_t i = pass ? 0 : 1; i < (pass ? y->overrides.n : d->nkids); i++) {
				const struct ast *st = pass ? y->overrides.v[i].statement : d->kids[i];
				const struct ast *v = NULL;
				if (st->tag == AST_ASSIGN && !strcmp(st->name->text, word))
					v = st->kids[0];
				else if (st->tag == AST_SET && st->kids[0]->tag == AST_NAME
					&& !strcmp(st->kids[0]->name->text, word))
					v = st->kids[1];
				if (v && v->tag == AST_NAME) {
					kind = v->name;
					at = v->span;
				}
			}
		if (!kind && (program_broken(p, d->span) || misspells(d, word)))
			return;         /* that it is missing follows from it */
		if (!kind)
			kind = default_runtime(p);
		if (!kind) {
			diag_help(p->diags,
				diag_error(p->diags, d->name_span, D_MISSING_SETTING, d->name->text, "drift",
					"runtime"),
				"write runtime = KIND, a kind that runs detectors");
			return;
		}
	}
	if (!kind)
		return;
	y->kind = program_kind(p, kind);
	if (!y->kind && program_lost(p, kind))
		return;
	if (!y->kind) {
		struct diag *x = y->said = diag_error(p->diags, at, D_UNKNOWN_KIND, kind->text);
		const char *best = program_suggest(p, 'k', kind);
		if (best) {
			diag_label(p->diags, x, "did you mean `%s`?", best);
			diag_fix(p->diags, x, at, "%s", best);
		}
		return;
	}
	if (y->tag == SYMBOL_DRIFT && !y->kind->runs.n) {
		diag_label(p->diags,
			diag_error(p->diags, at, D_RUNTIME,
				arena_printf(p->arena, "`%s` is no drift runtime", kind->text)),
			"it runs no detector");
		y->kind = NULL;
	}
}

/* Does the path of an env's `path = value` name something that can be set? */
static void env_path(struct scope *s, const struct ast *path)
{
	struct program *p = s->p;
	const struct ast *root = path, *above = NULL;   /* above: the first field of the path */
	while (root->tag == AST_FIELD || root->tag == AST_INDEX) {
		if (root->tag == AST_FIELD)
			above = root;
		root = root->kids[0];
	}
	if (root->tag != AST_NAME || root->name == p->implicit[SLOT_STACK])
		return;
	for (uint32_t i = 0; i < s->env->nkids; i++)
		if ((s->env->kids[i]->tag == AST_COMPONENT || s->env->kids[i]->tag == AST_DRIFT)
			&& s->env->kids[i]->name == root->name && s->env->kids[i]->name2)
			return;
	const struct symbol *y = table_get(&p->values, root->name);
	if (!y || y->tag == SYMBOL_FN || y->tag == SYMBOL_SECRET || y->tag == SYMBOL_LET)
		program_unknown_path(p, root);
	else if (above && y->kind && y->tag != SYMBOL_DRIFT && !table_get(&y->kind->index, above->name)
		&& !y->kind->broken && !program_lost(p, above->name)) {
		struct diag *x = diag_error(p->diags, above->name_span, D_UNKNOWN_SETTING, y->name->text,
			y->kind->name->text, above->name->text);
		const char *best = setting_suggest(y->kind, above->name);
		if (best) {
			diag_label(p->diags, x, "did you mean `%s`?", best);
			diag_fix(p->diags, x, above->name_span, "%s", best);
		}
		diag_help(p->diags, x, "mlopsc doc %s lists its settings", y->kind->name->text);
	}
}

/* Of an env that is not built now: what can be said of it without applying it. */
static void env_item(struct scope *s, const struct ast *env, struct ast *d)
{
	struct program *p = s->p;
	struct symbol *y;
	struct kind *k;
	s->env = env;
	switch ((enum ast_tag)d->tag) {
	case AST_SET:
		expr(s, d->kids[1]);
		env_path(s, d->kids[0]);
		break;
	case AST_COMPONENT:
		y = table_get(&p->values, d->name);
		k = d->name2 ? program_kind(p, d->name2) : y ? y->kind : NULL;
		if (d->name2 && !k && !program_lost(p, d->name2)) {
			const char *best = program_suggest(p, 'k', d->name2);
			struct diag *x = diag_error(p->diags, d->name2_span, D_UNKNOWN_KIND, d->name2->text);
			if (best) {
				diag_label(p->diags, x, "did you mean `%s`?", best);
				diag_fix(p->diags, x, d->name2_span, "%s", best);
			}
		}
		if (k)
			resolve_kind(p, k);
		if (!d->name2 && y && y->tag == SYMBOL_FAMILY)
			push(s, d, y->decl->name3);
		component_block(s, d, k);
		s->n = 0;
		break;
	case AST_DRIFT:
		component_block(s, d, NULL);
		break;
	default:
		break;
	}
}

void resolve_program(struct program *p)
{
	struct scope s = { .p = p };
	/* kinds first: their types declare the words that settings may use */
	for (uint32_t i = 0; i < p->names['k'].n; i++) {
		struct kind *k = program_kind(p, p->names['k'].v[i]);
		if (k) {
			VEC_PUSH(p->arena, &p->user_kinds, k);
			resolve_kind(p, k);
		}
	}
	for (uint32_t i = 0; i < p->names['i'].n; i++)
		program_interface(p, p->names['i'].v[i]);
	for (uint32_t i = 0; i < p->names['d'].n; i++)
		resolve_kind(p, program_detector(p, p->names['d'].v[i])->shape);
	for (uint32_t i = 0; i < p->names['c'].n; i++) {
		struct catalog *c = program_catalog(p, p->names['c'].v[i]);
		for (uint32_t r = 0; c && r < c->decl->nkids; r++)
			if (c->decl->kids[r]->tag == AST_SET)
				resolve_catalog_row(p, c->decl->kids[r]);
	}
	for (uint32_t i = 0; i < p->symbols.n; i++)
		if (p->symbols.v[i]->tag == SYMBOL_COMPONENT || p->symbols.v[i]->tag == SYMBOL_FAMILY
			|| p->symbols.v[i]->tag == SYMBOL_DRIFT)
			symbol_kind(p, p->symbols.v[i]);
	for (uint32_t i = 0; i < p->symbols.n; i++) {
		struct symbol *y = p->symbols.v[i];
		struct ast *d = (struct ast *)(uintptr_t)y->decl;
		switch ((enum symbol_tag)y->tag) {
		case SYMBOL_PARAM:
			y->type = type_of_ast(p, d->kids[0]);
			if (!y->expr)
				y->expr = d->nkids > 1 ? d->kids[1] : NULL;
			if (d->nkids > 1)
				expr(&s, d->kids[1]);
			if (y->expr && (d->nkids < 2 || y->expr != d->kids[1]))
				expr(&s, (struct ast *)(uintptr_t)y->expr);
			break;
		case SYMBOL_LET:
			y->type = d->kids[0] ? type_of_ast(p, d->kids[0]) : NULL;
			y->expr = d->kids[1];
			expr(&s, d->kids[1]);
			break;
		case SYMBOL_SECRET:
			for (uint32_t k = 1; k < d->nkids; k++)
				if (d->kids[k]->nkids)
					expr(&s, d->kids[k]->kids[0]);
			if (d->kids[0])
				for (uint32_t k = 1; k < d->kids[0]->nkids; k++)
					expr(&s, d->kids[0]->kids[k]);
			break;
		case SYMBOL_COMPONENT:
		case SYMBOL_FAMILY:
		case SYMBOL_DRIFT:
			if (y->kind)
				resolve_kind(p, y->kind);
			component_block(&s, d, y->kind);
			for (uint32_t o = 0; o < y->overrides.n; o++) {
				if (d->tag == AST_COMPONENT && d->kids[0])
					push(&s, d, d->name3);
				statement(&s, (struct ast *)(uintptr_t)y->overrides.v[o].statement, y->kind, d, NULL);
				s.n = 0;
			}
			break;
		case SYMBOL_FN:
			resolve_fn(p, y->fn);
			break;
		}
	}
	/* envs that are not built now are looked at all the same */
	const uint32_t words = p->words.n;
	for (uint32_t i = 0; i < p->names['e'].n; i++) {
		const struct ast *e = table_get(&p->decls['e'], p->names['e'].v[i]);
		for (uint32_t n = 0; e && e != p->env_decl && n < e->nkids; n++)
			env_item(&s, e, e->kids[n]);
		s.env = NULL;
	}
	if (p->every_env)
		p->words.n = words;     /* which types know them is seen when the env is compiled */
	for (uint32_t i = 0; i < p->stack_sets.n; i++)
		expr(&s, p->stack_sets.v[i]->kids[1]);
	for (uint32_t i = 0; i < p->checks.n; i++) {
		expr(&s, p->checks.v[i]->kids[0]);
		expr(&s, p->checks.v[i]->kids[1]);
	}
	for (uint32_t i = 0; i < p->rules.n; i++)
		resolve_rule(p, p->rules.v[i]);
	for (uint32_t i = 0; i < p->symbols.n; i++) {
		struct symbol *y = p->symbols.v[i];
		if (!y->said || !y->uses)
			continue;
		diag_note(p->diags, y->said, "%u other use%s of `%s` %s folded into this error", y->uses,
			y->uses == 1 ? "" : "s", y->name->text, y->uses == 1 ? "is" : "are");
	}
}

/* After everything has been evaluated: words that no enumeration has. */
void resolve_words(struct program *p)
{
	for (uint32_t i = 0; i < p->words.n; i++)
		if (!table_get(&p->enum_words, p->words.v[i]->name))
			unknown_name(p, p->words.v[i]->bind, p->words.v[i]);
	for (uint32_t i = 0; i < p->unknowns.n; i++) {
		const struct unknown *u = p->unknowns.v[i];
		if (u->more)
			diag_note(p->diags, u->said, "%u other use%s of it (%s%s) %s folded into this error",
				u->more, u->more == 1 ? "" : "s", u->lines, u->more > 5 ? ", ..." : "",
				u->more == 1 ? "is" : "are");
	}
}
