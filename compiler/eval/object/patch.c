/* What a component's block says of the objects and releases that its kind makes: `patch`, `names`, `values`; and
   whether there is anything that it is about. */
#include "eval/object/making.h"
#include "base/suggest.h"
#include "value/merge.h"

void make_patches(struct making *m, struct instance *i)
{
	struct eval *e = m->e;
	for (uint32_t s = 0; s < i->statements.n; s++) {
		const struct ast *st = i->statements.v[s];
		if (st->tag != AST_PATCH)
			continue;
		if (m->lost || is_error(slot_value(e, i, SLOT_NAMES)))
			return;         /* what it is about may be missing for that */
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		const struct value *name = eval_typed(e, &outer, st->kids[0], &type_string), *body;
		const struct kube_kind *kk = kube_kind(m->c, st->name);
		body = kk ? object_body(e, &outer, st->kids[1], kk->api_version, kk->kind)
			: eval(e, &outer, st->kids[1]);
		int hit = 0;
		if (is_error(name) || is_error(body)) {
			m->ok = 0;
			continue;
		}
		struct buf have = { 0 };
		for (uint32_t k = 0; k < m->objects.n; k++) {
			struct out_object *o = &m->objects.v[k];
			char word[KUBE_WORD];
			kube_word(word, o->kind);
			if (m->owners.v[k] != i && (!m->owners.v[k] || m->owners.v[k]->top != i))
				continue;
			buf_addf(&have, "%s%s(\"%s\")", have.n ? ", " : "", word, o->name);
			if (strcmp(word, st->name->text) || strlen(o->name) != name->n
				|| memcmp(o->name, name->str.p, name->n))
				continue;
			hit = 1;
			const struct value *before = o->tree;
			o->tree = merge_object(e->arena, before, body);
			if (m->c->pass == 1 && !writable(m, o->tree, o->name, st->span, is_custom(o->api_version))) {
				m->ok = 0;
				o->tree = before;       /* so that nothing more is said of it */
			}
		}
		if (!hit) {
			struct diag *x = diag_error(e->diags, st->span, D_PATCH_TARGET,
				arena_printf(e->p->arena, "%s makes no %s \"%.*s\" to patch", instance_label(e, i),
					st->name->text, (int)name->n, name->str.p));
			if (have.n)
				diag_help(e->diags, x, "it makes %s", have.p);
			m->ok = 0;
		}
		buf_free(&have);
	}
}

/* An entry of `names` renames something that the component makes: it has that kind and, now, that name. */
static void name_used(struct making *m, struct instance *i, const struct field *f)
{
	struct eval *e = m->e;
	const char *slash = memchr(f->key->text, '/', f->key->len);
	size_t n = slash ? (size_t)(slash - f->key->text) : f->key->len;
	struct buf have = { 0 };
	char word[KUBE_WORD];
	if (f->value->tag != VALUE_STRING)
		return;
	for (uint32_t k = 0; k < m->releases.n && n == 7 && !memcmp(f->key->text, "release", 7); k++)
		if (m->release_owners.v[k] == i)
			return;         /* kinds name their releases themselves, by object_renamed(names, ...) */
	for (uint32_t k = 0; k < m->objects.n; k++) {
		const struct out_object *o = &m->objects.v[k];
		if (m->owners.v[k] != i)
			continue;
		if (kube_word(word, o->kind) == n && !memcmp(word, f->key->text, n) && strlen(o->name) == f->value->n &&
		    !memcmp(o->name, f->value->str.p, f->value->n)) {
			buf_free(&have);
			return;
		}
		buf_addf(&have, "%s%s(\"%s\")", have.n ? ", " : "", word, o->name);
	}
	struct diag *x = diag_error(e->diags, f->value->origin.hi ? f->value->origin : i->at, D_PATCH_TARGET,
		arena_printf(e->p->arena, "%s makes no %s to rename", instance_label(e, i), f->key->text));
	if (have.n)
		diag_help(e->diags, x, "it makes %s", have.p);
	m->ok = 0;
	buf_free(&have);
}

/* `names` and `values` that are about nothing that the component makes. */
void statements_used(struct making *m, struct instance *i)
{
	struct eval *e = m->e;
	const struct value *names = slot_value(e, i, SLOT_NAMES);
	for (uint32_t k = 0; names->tag == VALUE_RECORD && k < names->n; k++) {
		const struct atom *key = names->rec.fields[k].key;
		const char *slash = memchr(key->text, '/', key->len);
		const struct atom *word = slash ? atom_intern(e->p->atoms, key->text, (size_t)(slash - key->text))
						: key;
		int known = !strcmp(word->text, "release") || kube_kind(m->c, word);
		for (uint32_t n = 0; n < m->objects.n && !known; n++) {
			char made[KUBE_WORD];
			known = kube_word(made, m->objects.v[n].kind) == word->len && !strcmp(made, word->text);
		}
		if (known)
			continue;
		struct diag *x = diag_error(e->diags,
			names->rec.fields[k].value->origin.hi ? names->rec.fields[k].value->origin : i->at,
			D_UNKNOWN_OBJECT_KIND, word->text);
		struct suggest s;
		suggest_init(&s, word->text, word->len);
		suggest_try(&s, "release");
		for (uint32_t n = 0; n < m->c->kinds.n; n++)
			suggest_try(&s, m->c->kinds.v[n].word->text);
		if (suggest_best(&s))
			diag_help(e->diags, x, "did you mean `%s`?", suggest_best(&s));
		else
			diag_help(e->diags, x,
				"`names` is written { deployment: \"new\" }, or { \"service/old\": \"new\" }");
		m->ok = 0;
		m->lost = 1;
	}
	for (uint32_t k = 0; names->tag == VALUE_RECORD && k < names->n && !m->lost; k++)
		name_used(m, i, &names->rec.fields[k]);
	for (uint32_t s = 0; s < i->statements.n && !m->lost; s++) {
		const struct ast *st = i->statements.v[s];
		struct buf have = { 0 };
		int hit = 0;
		if (st->tag != AST_VALUES)
			continue;
		for (uint32_t n = 0; n < m->releases.n; n++)
			if (m->release_owners.v[n] == i) {
				hit |= !st->name || !strcmp(st->name->text, m->releases.v[n].name);
				buf_addf(&have, "%s%s", have.n ? ", " : "", m->releases.v[n].name);
			}
		if (!hit) {
			struct diag *x = diag_error(e->diags, st->name ? st->name_span : st->span, D_PATCH_TARGET,
				st->name ? arena_printf(
					e->p->arena, "%s has no release `%s`", instance_label(e, i), st->name->text)
						: arena_printf(e->p->arena, "%s has no release", instance_label(e, i)));
			if (have.n)
				diag_help(e->diags, x, "its releases: %s", have.p);
			m->ok = 0;
		}
		buf_free(&have);
	}
}
