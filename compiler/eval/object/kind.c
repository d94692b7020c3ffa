/* The kinds of Kubernetes that the library knows (stdlib/kubernetes/kinds.tsv): by the word that a manifest begins
   with, and by API version and kind. */
#include "eval/object/making.h"
#include "base/suggest.h"
#include "base/text.h"
#include <stdlib.h>

static void read_kinds(struct compile *c)
{
	uint32_t len;
	const char *s = library_text(c->e->p, "kubernetes/kinds.tsv", &len), *end = s ? s + len : NULL;
	struct arena *a = c->e->p->arena;
	c->kinds_read = 1;
	table_init(&c->kind_words, a);
	while (s && s < end) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		const char *stop = nl ? nl : end, *f[6] = { 0 };
		size_t n[6] = { 0 };
		int k = 0;
		for (const char *q = s; k < 6 && q <= stop; k++) {
			const char *tab = memchr(q, '\t', (size_t)(stop - q));
			f[k] = q;
			n[k] = (size_t)((tab ? tab : stop) - q);
			if (!tab) {
				k++;
				break;
			}
			q = tab + 1;
		}
		if (k == 6 && *s != '#' && !(n[0] == 4 && !memcmp(f[0], "word", 4))) {
			struct kube_kind kk = { atom_intern(c->e->p->atoms, f[0], n[0]),
				arena_strdup(a, f[1], n[1]), arena_strdup(a, f[2], n[2]),
				arena_strdup(a, f[3], n[3]), n[4] && *f[4] == 'C', atoi(f[5]) };
			VEC_PUSH(a, &c->kinds, kk);
			if (!table_get(&c->kind_words, kk.word))
				table_put(&c->kind_words, kk.word, (void *)(uintptr_t)c->kinds.n);
		}
		s = stop + 1;
	}
}

const struct kube_kind *kube_kind(struct compile *c, const struct atom *word)
{
	if (!c->kinds_read)
		read_kinds(c);
	uintptr_t n = (uintptr_t)table_get(&c->kind_words, word);
	return n ? &c->kinds.v[n - 1] : NULL;
}

size_t kube_word(char word[KUBE_WORD], const char *kind)
{
	size_t n = 0;
	for (; kind[n] && n < KUBE_WORD - 1; n++)
		word[n] = text_lower(kind[n]);
	word[n] = 0;
	return n;
}

const struct kube_kind *kube_kind_of(struct compile *c, const char *api_version, const char *kind)
{
	char word[KUBE_WORD];
	if (kube_word(word, kind) < strlen(kind))
		return NULL;
	const struct atom *w = atom_cstr(c->e->p->atoms, word);
	const struct kube_kind *k = kube_kind(c, w);
	if (!k || !strcmp(k->api_version, api_version))
		return k;
	for (uint32_t i = 0; i < c->kinds.n; i++)
		if (c->kinds.v[i].word == w && !strcmp(c->kinds.v[i].api_version, api_version))
			return &c->kinds.v[i];
	const char *slash = strchr(k->api_version, '/');
	/* another version of the same group has the same scope */
	return slash && !strncmp(k->api_version, api_version, (size_t)(slash - k->api_version) + 1) ? k : NULL;
}

const struct kube_kind *manifest_kind(struct compile *c, const struct ast *o)
{
	const struct kube_kind *kk = kube_kind(c, o->name);
	if (kk)
		return kk;
	struct diags *d = c->e->diags;
	struct diag *x = diag_error(d, o->name_span, D_UNKNOWN_OBJECT_KIND, o->name->text);
	struct suggest s;
	suggest_init(&s, o->name->text, o->name->len);
	for (uint32_t k = 0; k < c->kinds.n; k++)
		suggest_try(&s, c->kinds.v[k].word->text);
	if (suggest_best(&s)) {
		diag_suggest(d, x, o->name_span, suggest_best(&s));
	} else {
		diag_help(d, x, "for a kind that is not in the table: manifest \"group/version/Kind\"(name) { ... }");
	}
	return NULL;
}
