/* What a stack consists of: its file, what that uses, and the parts of the library that are asked for.

   The library is not parsed at start: an index says which file declares what (sema/library.h), and a declaration is
   parsed when its name is first wanted. Only rules are always read, since they hold for every object. */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE
#include "sema/program.h"
#include "base/os.h"
#include "base/suggest.h"
#include "base/text.h"
#include "front/parse.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <limits.h>

static const char *const implicit_names[SLOT_COUNT] = { "name", "namespace", "version", "names", "labels",
	"annotations", "selector", "stack", "catalog", "kind", "policy" };

void program_init(struct program *p)
{
	table_init(&p->values, p->arena);
	table_init(&p->beside, p->arena);
	table_init(&p->kinds, p->arena);
	table_init(&p->interfaces, p->arena);
	table_init(&p->detectors, p->arena);
	table_init(&p->catalogs, p->arena);
	table_init(&p->enum_words, p->arena);
	table_init(&p->unknown, p->arena);
	for (const char *what = "kidcerv"; *what; what++)
		table_init(&p->decls[(uint8_t)*what], p->arena);
	for (int i = 0; i < SLOT_COUNT; i++)
		p->implicit[i] = atom_cstr(p->atoms, implicit_names[i]);
	p->a_port = atom_cstr(p->atoms, "port");
	p->a_expose = atom_cstr(p->atoms, "expose");
	p->a_name = p->implicit[SLOT_NAME];
	p->a_string = atom_cstr(p->atoms, "string");
}

char *read_whole_file(struct arena *a, const char *path, int ordinary, size_t *len, const char **why)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | (ordinary ? O_NONBLOCK : 0));
	*len = 0;
	if (fd < 0 || fstat(fd, &st)) {
		*why = os_reason(errno);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (S_ISDIR(st.st_mode) || (ordinary && !S_ISREG(st.st_mode))) {
		*why = os_reason(S_ISDIR(st.st_mode) ? EISDIR : EINVAL);
		close(fd);
		return NULL;
	}
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > PARSE_MAX_BYTES) {
		*len = (size_t)st.st_size;
		*why = "it is larger than 64 MiB";
		close(fd);
		return NULL;
	}
	size_t cap = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size + 1 : 65536, n = 0;
	if (S_ISREG(st.st_mode) && st.st_size > 0) {    /* the usual case: one piece, read to where it stays */
		char *whole = arena_alloc(a, cap + 2);
		ssize_t r;
		while (n < cap && (r = read(fd, whole + n, cap - n)) != 0) {
			if (r < 0 && errno == EINTR)
				continue;
			if (r < 0) {
				*why = os_reason(errno);
				close(fd);
				return NULL;
			}
			n += (size_t)r;
		}
		if (n < cap) {
			close(fd);
			memset(whole + n, 0, cap + 2 - n);
			*len = n;
			return whole;
		}
		n = 0;          /* it grew while it was read */
		if (lseek(fd, 0, SEEK_SET) < 0) {
			*why = os_reason(errno);
			close(fd);
			return NULL;
		}
	}
	char *p = cap <= PARSE_MAX_BYTES + 4096 ? malloc(cap) : NULL;
	*why = cap > PARSE_MAX_BYTES + 4096 ? "it is larger than 64 MiB" : "out of memory";
	while (p) {
		ssize_t r = read(fd, p + n, cap - n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0) {
			*why = os_reason(errno);
			free(p);
			p = NULL;
			break;
		}
		n += (size_t)r;
		if (!r)
			break;
		if (n == cap) {
			if (cap > PARSE_MAX_BYTES) {
				*len = n;
				*why = "it is larger than 64 MiB";
				free(p);
				p = NULL;
				break;
			}
			char *q = realloc(p, cap *= 2);
			if (!q)
				free(p);
			p = q;
		}
	}
	close(fd);
	if (!p)
		return NULL;
	char *out = arena_alloc(a, n + 2);
	memcpy(out, p, n);
	free(p);
	*len = n;
	return out;
}

/* -- the library -- */

static int path_compare(const void *a, const void *b)
{
	return strcmp(((const struct embedded_file *)a)->path, ((const struct embedded_file *)b)->path);
}

struct folder { VEC(struct embedded_file) files; };

static void read_folder(struct program *p, struct folder *f, const char *base, const char *below, int depth)
{
	const char *dir = *below ? arena_printf(p->arena, "%s/%s", base, below) : base;
	DIR *d = opendir(dir);
	struct dirent *e;
	if (!d) {
		if (!depth)
			diag_error(p->diags, (struct span){ 0, 0 }, D_READ, dir, os_reason(errno));
		return;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		const char *rel = *below ? arena_printf(p->arena, "%s/%s", below, e->d_name)
			: arena_strdup(p->arena, e->d_name, strlen(e->d_name));
		const char *path = arena_printf(p->arena, "%s/%s", base, rel);
		struct stat st;
		size_t n = strlen(rel), len;
		const char *why;
		if (stat(path, &st))
			continue;
		if (S_ISDIR(st.st_mode)) {
			if (depth < 8)
				read_folder(p, f, base, rel, depth + 1);
			continue;
		}
		if (!(n > 6 && !strcmp(rel + n - 6, ".mlops")) && !(n > 4 && !strcmp(rel + n - 4, ".tsv")))
			continue;
		char *text = read_whole_file(p->arena, path, 1, &len, &why);
		if (!text)
			diag_error(p->diags, (struct span){ 0, 0 }, D_READ, path, why);
		else
			VEC_PUSH(p->arena, &f->files, ((struct embedded_file){ rel, text, (uint32_t)len }));
	}
	closedir(d);
}

/* As embed.c makes it of what is compiled in. */
static void index_folder(struct program *p, const struct folder *f)
{
	VEC(struct library_decl) v = { 0 };
	for (uint32_t i = 0; i < f->files.n; i++) {
		struct library_scan scan = { .text = f->files.v[i].text, .len = f->files.v[i].len };
		struct library_decl d = { .file = i };
		const size_t n = strlen(f->files.v[i].path);
		const uint32_t first = v.n;
		if (n < 6 || strcmp(f->files.v[i].path + n - 6, ".mlops"))
			continue;
		while (v.n < UINT16_MAX && library_next(&scan, &d)) {
			if (v.n > first)
				v.v[v.n - 1].hi = d.lo;
			VEC_PUSH(p->arena, &v, d);
		}
	}
	const uint32_t mask = library_mask(v.n);
	uint16_t *slots = ARENA_ARRAY(p->arena, uint16_t, mask + 1);
	p->declared = (struct library_index){ v.v, v.n, slots, mask };
	for (uint32_t i = 0; i < v.n; i++)
		library_enter(&p->declared, slots, i, atom_intern(p->atoms, v.v[i].name, v.v[i].n)->hash);
}

void program_library(struct program *p)
{
	if (p->stdlib) {
		struct folder f = { 0 };
		read_folder(p, &f, p->stdlib, "", 0);
		if (f.files.n)
			qsort(f.files.v, f.files.n, sizeof *f.files.v, path_compare);
		p->library = f.files.v;
		p->nlibrary = f.files.n;
		index_folder(p, &f);
	} else {
		p->library = embedded_stdlib;
		p->nlibrary = embedded_stdlib_count;
		p->declared = embedded_stdlib_index;
	}
	p->library_sources = ARENA_ARRAY(p->arena, struct source *, p->nlibrary);
	p->library_names = ARENA_ARRAY(p->arena, struct library_name, p->declared.n);
}

const char *library_text(struct program *p, const char *path, uint32_t *len)
{
	for (uint32_t i = 0; i < p->nlibrary; i++)
		if (!strcmp(p->library[i].path, path)) {
			*len = p->library[i].len;
			return p->library[i].text;
		}
	return NULL;
}

const struct atom *library_word(struct program *p, uint32_t n, char what)
{
	const struct library_decl *d = &p->declared.decls[n];
	if (d->what != what)
		return NULL;
	if (!p->library_names[n].word)
		p->library_names[n].word = atom_intern(p->atoms, d->name, d->n);
	return p->library_names[n].word;
}

const struct atom *program_next_name(struct program *p, char what, uint32_t *at)
{
	const uint32_t own = p->names[(uint8_t)what].n;
	while (*at < own + p->declared.n) {
		const uint32_t n = (*at)++;
		const struct atom *a = n < own ? p->names[(uint8_t)what].v[n] : library_word(p, n - own, what);
		if (a)
			return a;
	}
	return NULL;
}

/* The number + 1 of what the library declares so; 0: it does not. */
static uint32_t in_library(const struct program *p, char what, const struct atom *name)
{
	return library_find(&p->declared, what, name->text, name->len, name->hash);
}

/* -- declaring -- */

static void declare_type_name(struct program *p, char what, const struct ast *d, int library)
{
	struct table *t = &p->decls[(uint8_t)what];
	const struct ast *old = table_get(t, d->name);
	if (old) {
		struct source *os = source_of(p->sources, old->span.lo);
		if (library || (os && os->library))
			return;         /* the user's declaration replaces the library's */
		diag_place(p->diags, diag_error(p->diags, d->name_span, D_DUPLICATE, d->name->text), old->name_span,
			"declared here");
		return;
	}
	table_put(t, d->name, (void *)(uintptr_t)d);
	if (!library)
		VEC_PUSH(p->arena, &p->names[(uint8_t)what], d->name);
}

struct symbol *declare_value(struct program *p, enum symbol_tag tag, const struct ast *d, int library)
{
	struct symbol *old = table_get(&p->values, d->name);
	const int beside = old && library && tag == SYMBOL_FN && old->tag != SYMBOL_FN;
	if (old && !beside) {
		if (!library) {
			struct diag *x = diag_error(p->diags, d->name_span, D_DUPLICATE, d->name->text);
			diag_place(p->diags, x, old->decl->name_span, "declared here");
			old->twice = 1;
		}
		return NULL;
	}
	struct symbol *s = ARENA_NEW(p->arena, struct symbol);
	s->tag = tag;
	s->name = d->name;
	s->decl = d;
	table_put(beside ? &p->beside : &p->values, d->name, s);
	if (!library) {
		VEC_PUSH(p->arena, &p->symbols, s);
		VEC_PUSH(p->arena, &p->names['v'], d->name);
	}
	return s;
}

static void declare_fn(struct program *p, const struct ast *d, int library)
{
	struct symbol *s = declare_value(p, SYMBOL_FN, d, library);
	if (!s)
		return;
	struct fn *f = s->fn = ARENA_NEW(p->arena, struct fn);
	f->name = d->name;
	f->decl = d;
}

static void declare_rule(struct program *p, const struct ast *d, int library)
{
	for (uint32_t i = 0; i < p->rules.n; i++)
		if (p->rules.v[i]->name == d->name) {
			if (!library && !p->rules.v[i]->library)
				diag_place(p->diags, diag_error(p->diags, d->name_span, D_DUPLICATE, d->name->text),
					p->rules.v[i]->decl->name_span, "declared here");
			return;
		}
	struct rule *r = ARENA_NEW(p->arena, struct rule);
	r->name = d->name;
	r->decl = d;
	r->library = (uint8_t)library;
	VEC_PUSH(p->arena, &p->rules, r);
}

static void declare(struct program *p, const struct ast *file, int library)
{
	if (!p->symbols.n && file->nkids > 64) {        /* a large file: the lists are made in its size */
		p->symbols.cap = p->names['v'].cap = file->nkids + 16;
		p->symbols.v = ARENA_ARRAY(p->arena, struct symbol *, p->symbols.cap);
		p->names['v'].v = ARENA_ARRAY(p->arena, const struct atom *, p->names['v'].cap);
		table_reserve(&p->values, file->nkids + p->values.n);
	}
	for (uint32_t i = 0; i < file->nkids; i++) {
		const struct ast *d = file->kids[i];
		switch (d->tag) {
		case AST_STACK:
			if (p->stack)
				diag_place(p->diags, diag_error(p->diags, d->name_span, D_DUPLICATE, "stack"),
					p->stack->name_span, "the stack is declared here");
			else
				p->stack = d;
			break;
		case AST_KIND: declare_type_name(p, 'k', d, library); break;
		case AST_INTERFACE: declare_type_name(p, 'i', d, library); break;
		case AST_DETECTOR: declare_type_name(p, 'd', d, library); break;
		case AST_CATALOG: declare_type_name(p, 'c', d, library); break;
		case AST_ENV: declare_type_name(p, 'e', d, library); break;
		case AST_PARAM: declare_value(p, SYMBOL_PARAM, d, library); break;
		case AST_LET: declare_value(p, SYMBOL_LET, d, library); break;
		case AST_SECRET: declare_value(p, SYMBOL_SECRET, d, library); break;
		case AST_COMPONENT: declare_value(p, d->kids[0] ? SYMBOL_FAMILY : SYMBOL_COMPONENT, d, library); break;
		case AST_DRIFT: declare_value(p, SYMBOL_DRIFT, d, library); break;
		case AST_FN: declare_fn(p, d, library); break;
		case AST_RULE: declare_rule(p, d, library); break;
		case AST_CHECK: VEC_PUSH(p->arena, &p->checks, d); break;
		case AST_ALLOW: VEC_PUSH(p->arena, &p->allows, ((struct allow){ d, 0 })); break;
		default: break;
		}
	}
}

static void parse_library(struct program *p, uint32_t n)
{
	const struct library_decl *d = &p->declared.decls[n];
	const struct embedded_file *f = &p->library[d->file];
	struct source **src = &p->library_sources[d->file];
	if (p->library_names[n].parsed)
		return;
	p->library_names[n].parsed = 1;
	if (!*src)
		*src = source_adopt(p->sources, arena_printf(p->arena, "stdlib/%s", f->path), f->text, f->len, 1);
	if (!*src)
		return;
	/* the declaration alone, at its place in the file */
	struct source *part = ARENA_NEW(p->arena, struct source);
	*part = (struct source){ .name = (*src)->name,
		.text = f->text + d->lo,
		.len = d->hi - d->lo,
		.base = (*src)->base + d->lo,
		.library = 1 };
	declare(p, parse_source(part, p->arena, p->atoms, p->diags), 1);
}

static const struct ast *find_decl(struct program *p, char what, const struct atom *name)
{
	const struct ast *d = table_get(&p->decls[(uint8_t)what], name);
	if (d)
		return d;
	const uint32_t n = in_library(p, what, name);
	if (!n)
		return NULL;
	parse_library(p, n - 1);
	return table_get(&p->decls[(uint8_t)what], name);
}

int program_kind_gives(struct program *p, const struct atom *kind, const struct atom *iface)
{
	for (int depth = 0; kind && depth < 50; depth++) {
		const struct ast *d = find_decl(p, 'k', kind);
		for (uint32_t i = 0; d && i < d->nkids; i++)
			if (d->kids[i]->tag == AST_GIVES && d->kids[i]->name == iface)
				return 1;
		kind = d ? d->name2 : NULL;
	}
	return 0;
}

struct kind *program_kind(struct program *p, const struct atom *name)
{
	struct kind *k = table_get(&p->kinds, name);
	if (k)
		return k;
	const struct ast *d = find_decl(p, 'k', name);
	return d ? kind_make(p, d, source_of(p->sources, d->span.lo)) : NULL;
}

struct interface *program_interface(struct program *p, const struct atom *name)
{
	struct interface *i = table_get(&p->interfaces, name);
	if (i)
		return i;
	const struct ast *d = find_decl(p, 'i', name);
	if (!d)
		return NULL;
	i = ARENA_NEW(p->arena, struct interface);
	i->name = name;
	i->decl = d;
	table_init(&i->index, p->arena);
	table_put(&p->interfaces, name, i);     /* before its fields: an interface may mention itself through another */
	struct type *t = ARENA_NEW(p->arena, struct type);
	t->tag = T_RECORD;
	t->name = name;
	t->fields = ARENA_ARRAY(p->arena, struct type_field, d->nkids);
	i->type = t;
	for (uint32_t n = 0; n < d->nkids; n++) {
		const struct ast *f = d->kids[n];
		if (f->tag != AST_FIELDDEF)
			continue;
		if (table_get(&i->index, f->name))
			diag_error(p->diags, f->name_span, D_DUPLICATE, f->name->text);
		t->fields[t->n] = (struct type_field){ f->name, type_of_ast(p, f->kids[0]),
			f->nkids > 1 ? f->kids[1] : NULL, f->span, f->doc };
		t->n++;
		table_put(&i->index, f->name, (void *)(uintptr_t)t->n);
	}
	return i;
}

struct detector *program_detector(struct program *p, const struct atom *name)
{
	struct detector *t = table_get(&p->detectors, name);
	if (t)
		return t;
	const struct ast *d = find_decl(p, 'd', name);
	if (!d)
		return NULL;
	t = detector_make(p, d);
	table_put(&p->detectors, name, t);
	return t;
}

struct catalog *program_catalog(struct program *p, const struct atom *name)
{
	struct catalog *c = table_get(&p->catalogs, name);
	if (c)
		return c;
	const struct ast *d = find_decl(p, 'c', name);
	/* a catalog's name may be a date, which the scan of column 0 reads as well */
	if (!d)
		return NULL;
	c = ARENA_NEW(p->arena, struct catalog);
	c->name = name;
	c->decl = d;
	table_init(&c->rows, p->arena);
	table_put(&p->catalogs, name, c);
	if (d->name2) {
		c->base = program_catalog(p, d->name2);
		if (!c->base)
			diag_error(p->diags, d->name2_span, D_UNKNOWN_CATALOG, d->name2->text);
		for (struct catalog *b = c->base; b; b = b->base)
			if (b == c) {
				diag_error(p->diags, d->name2_span, D_CYCLE, d->name2->text);
				c->base = NULL;
				break;
			}
	}
	for (uint32_t i = 0; i < d->nkids; i++) {
		const struct ast *s = d->kids[i];
		if (s->tag != AST_SET || s->kids[0]->tag != AST_NAME)
			continue;
		if (table_get(&c->rows, s->kids[0]->name))
			diag_error(p->diags, s->kids[0]->span, D_DUPLICATE, s->kids[0]->name->text);
		table_put(&c->rows, s->kids[0]->name, (void *)(uintptr_t)s);
	}
	return c;
}

struct symbol *program_symbol(struct program *p, const struct atom *name)
{
	struct symbol *s = table_get(&p->values, name);
	if (s)
		return s;
	const uint32_t n = in_library(p, 'v', name);
	if (!n)
		return NULL;
	parse_library(p, n - 1);
	return table_get(&p->values, name);
}

struct symbol *program_callable(struct program *p, const struct atom *name)
{
	struct symbol *s = program_symbol(p, name);
	if (!s || s->tag == SYMBOL_FN)
		return s;
	const uint32_t n = in_library(p, 'v', name);
	if (n)
		parse_library(p, n - 1);
	struct symbol *fn = table_get(&p->beside, name);
	return fn ? fn : s;
}

const char *program_suggest(struct program *p, char what, const struct atom *name)
{
	struct suggest s;
	if (diag_full(p->diags))
		return NULL;            /* so many mistakes are no spelling mistakes, and each search costs */
	suggest_init(&s, name->text, name->len);
	const struct atom *known;
	for (uint32_t at = 0; (known = program_next_name(p, what, &at));)
		suggest_try(&s, known->text);
	return suggest_best(&s);
}

/* -- the user's files -- */

const char *program_path(struct program *p, const char *rel, size_t len, struct span at, const char *reader)
{
	char real[PATH_MAX], root[PATH_MAX];
	if (!p->root || !*p->root) {
		diag_error(p->diags, at, D_READ, rel, "this stack has no folder to read from");
		return NULL;
	}
	if (*rel == '/' || strlen(rel) != len) {
		diag_error(p->diags, at, D_OUTSIDE, rel, "the stack's folder");
		return NULL;
	}
	/* what lies above is not even looked at */
	int depth = 0;
	for (const char *s = rel; *s && depth >= 0;) {
		size_t n = strcspn(s, "/");
		depth += n == 2 && s[0] == '.' && s[1] == '.' ? -1 : !n || (n == 1 && *s == '.') ? 0 : 1;
		s += n + (s[n] == '/');
	}
	if (depth < 0) {
		const char *rest = rel;
		while (!strncmp(rest, "../", 3))
			rest += 3;
		diag_help(p->diags, diag_error(p->diags, at, D_OUTSIDE, rel, "the stack's folder"),
			strstr(rest, "..") ? "`%s` reads below the stack's folder, or below --root DIR"
				: "paths begin at the stack's folder, or at --root DIR: where DIR holds both, write \"%s\"",
			strstr(rest, "..") ? reader : rest);
		return NULL;
	}
	const char *path = arena_printf(p->arena, "%s/%s", p->root, rel);
	if (!realpath(p->root, root)) {
		diag_error(p->diags, at, D_READ, p->root, os_reason(errno));
		return NULL;
	}
	if (!realpath(path, real)) {
		diag_error(p->diags, at, D_READ, rel, os_reason(errno));
		return NULL;
	}
	size_t n = strlen(root);
	if (strncmp(real, root, n) || (real[n] != '/' && strcmp(root, "/"))) {
		diag_help(p->diags, diag_error(p->diags, at, D_OUTSIDE, rel, "the stack's folder"),
			"`%s` reads below the stack's folder, or below --root DIR", reader);
		return NULL;
	}
	return path;
}

static void use_files(struct program *p, const struct ast *file)
{
	for (uint32_t i = 0; i < file->nkids; i++) {
		const struct ast *u = file->kids[i];
		if (u->tag != AST_USE)
			continue;
		int seen = 0;
		for (uint32_t n = 0; n < i; n++)
			if (file->kids[n]->tag == AST_USE && file->kids[n]->name == u->name)
				diag_place(p->diags, diag_error(p->diags, u->span, D_DUPLICATE, u->name->text),
					file->kids[n]->span, "taken in here");
		for (uint32_t n = 0; n < p->sources->n; n++)
			seen |= !p->sources->v[n]->library && !strcmp(p->sources->v[n]->name, u->name->text);
		if (seen)
			continue;
		const char *path = program_path(p, u->name->text, u->name->len, u->span, "use"), *why;
		size_t len;
		if (!path) {
			p->unread = 1;
			continue;
		}
		char *text = read_whole_file(p->arena, path, 1, &len, &why);
		if (!text) {
			diag_error(p->diags, u->span, D_READ, u->name->text, why);
			p->unread = 1;
			continue;
		}
		struct source *s = source_adopt(p->sources, u->name->text, text, len, 0);
		if (!s)
			continue;
		if (text_ends(u->name->text, u->name->len, ".yaml") || text_ends(u->name->text, u->name->len, ".yml")) {
			VEC_PUSH(p->arena, &p->yaml, s);
			VEC_PUSH(p->arena, &p->yaml_uses, u);
			continue;
		}
		if (text_ends(u->name->text, u->name->len, ".keys.tsv")) {
			VEC_PUSH(p->arena, &p->charts, s);
			continue;
		}
		struct ast *f = parse_source(s, p->arena, p->atoms, p->diags);
		VEC_PUSH(p->arena, &p->files, f);
		use_files(p, f);
	}
}

int program_load(struct program *p, struct source *main_source)
{
	p->main = parse_source(main_source, p->arena, p->atoms, p->diags);
	VEC_PUSH(p->arena, &p->files, p->main);
	use_files(p, p->main);
	for (uint32_t i = 0; i < p->files.n; i++)
		declare(p, p->files.v[i], 0);
	/* rules hold for every object, so their files are read in any case */
	for (uint32_t i = 0; i < p->declared.n; i++)
		if (p->declared.decls[i].what == 'r')
			parse_library(p, i);
	if (!p->stack) {
		if (!p->diags->nerrors)
			diag_help(p->diags,
				diag_error(p->diags, (struct span){ main_source->base, main_source->base },
					D_NO_STACK, main_source->name),
				"begin with: stack NAME { edition = 2026; catalog = 2026-11 }");
		return 0;
	}
	for (uint32_t i = 0; i < p->stack->nkids; i++) {
		const struct ast *s = p->stack->kids[i];
		if (s->tag == AST_SET)
			VEC_PUSH(p->arena, &p->stack_sets, s);
		else if (s->tag == AST_ALLOW)
			VEC_PUSH(p->arena, &p->allows, ((struct allow){ s, 0 }));
	}
	return 1;
}
