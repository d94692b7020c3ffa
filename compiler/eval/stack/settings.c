/* The settings of the stack block, as an instance of the library's kind `stack`: the edition, the catalog, and whatever
   that kind has. */
#include "eval/stack/stack.h"
#include "base/suggest.h"
#include <string.h>

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
	const struct atom *name;
	for (uint32_t at = 0; (name = program_next_name(p, 'c', &at));)
		buf_addf(&b, "%s%s", b.n ? ", " : "catalogs: ", name->text);
	const char *s = b.n ? arena_strdup(p->arena, b.p, b.n) : "there is none: write catalog NAME { ... }";
	buf_free(&b);
	return s;
}

/* `root` is the first word of what is set. */
static void unknown_setting(struct compile *c, const struct ast *set, const struct ast *root)
{
	struct eval *e = c->e;
	struct program *p = e->p;
	struct instance *i = e->stack;
	const struct kind *k = i->kind;
	struct diag *x = diag_error(e->diags, root->span, D_UNKNOWN_SETTING, p->stack->name->text,
		"stack", root->name ? root->name->text : "?");
	struct suggest s;
	suggest_init(&s, root->name ? root->name->text : "", root->name ? root->name->len : 0);
	for (uint32_t q = 0; q < k->members.n; q++)
		if (k->members.v[q].tag == MEMBER_SETTING || k->members.v[q].decl)
			suggest_try(&s, k->members.v[q].name->text);
	diag_suggest(e->diags, x, root->span, suggest_best(&s));
	if (root->name)
		suspect(e, i, suggest_best(&s) ? atom_cstr(p->atoms, suggest_best(&s)) : root->name);
	if (set->kids[1]->tag == AST_NAME)      /* the setting that was meant may know it */
		table_put(&p->enum_words, set->kids[1]->name, (void *)(uintptr_t)1);
}

/* Which versions of everything: the stack has to say. */
static void stack_catalog(struct compile *c)
{
	struct eval *e = c->e;
	struct program *p = e->p;
	struct instance *i = e->stack;
	const struct value *v;
	/* a word of every kind, so it is not missed by itself */
	if (!i->fixed[SLOT_CATALOG] && e->diags->nerrors && program_broken(p, p->stack->span)) {
		e->catalog_broken = 1;
	} else if (!i->fixed[SLOT_CATALOG]) {
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
			diag_suggest(e->diags, x, v->origin, program_suggest(p, 'c', e->catalog));
			diag_help(e->diags, x, "%s", catalog_names(c));
			e->catalog = NULL;
			e->catalog_broken = 1;  /* what has no row because of it is not said again */
		}
	}
}

int stack_settings(struct compile *c)
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
			unknown_setting(c, set, root);
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
	stack_catalog(c);
	return 1;
}
