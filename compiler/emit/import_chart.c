/* Consumes the files of an unpacked chart; produces the table of its values.

   Four sources, and the earlier one says what a key's type is: the chart's values.yaml; its values.schema.json, which
   also says where no other key may stand; the templates, which read keys that have no default; and the charts below
   charts/, whose keys stand below their name or alias, `global` aside, which is common to all. The keys of all of them
   are nodes in one hash table by path, so that a chart of any size takes one pass.

   Of the templates' language as much is understood as says what a key is used for: chains (`.Values.a.b`, `$x.a`,
   `(...).a`), index, get and dig with texts, variables, and what `with` binds the dot to. A map with defaults that a
   template prints or goes through as a whole takes other keys too. What is passed on to another template (include,
   dict) is not followed: that template is taken to read what values.yaml lists. */
#include "emit/import.h"
#include "base/hash.h"
#include "base/vec.h"
#include "base/text.h"
#include "value/yaml.h"
#include <stdlib.h>
#include <string.h>

enum {
	MAX_KEYS = 100000,      /* of a table */
	MAX_CHARTS = 500,       /* sub-charts, each as often as it has an alias */
	MAX_NESTED = 8,         /* charts within charts */
	MAX_DEPTH = 23,         /* of a key; the check looks at 24 levels */
	MAX_PATH = 1000,        /* bytes; what is longer makes the map around it open */
	MAX_BLOCKS = 100, MAX_VARIABLES = 64, MAX_TERMS = 16, MAX_PARENS = 100,
	MAX_SCHEMAS = 200000,   /* visits, as schemas can refer to one another */
};

struct node {
	const char *path;
	uint32_t n, depth;
	struct node *parent;
	const char *type;       /* of a leaf; NULL: nobody says */
	uint8_t inner;          /* keys stand below it */
	uint8_t open, strict;
	uint8_t hidden;         /* neither it nor what is below it is for users */
};
struct table { struct node *root; VEC(struct node *) v; struct node **slots; uint32_t nslots; };
struct importer {
	struct sources *sources;
	const char *folder;
	const struct chart_file *files;         /* by path */
	uint32_t nfiles;
	struct arena *arena;
	struct atoms *atoms;
	struct diags *diags;
	struct table *t;
	struct node *lifted;                    /* found by scan(): its keys are those of the root */
	uint32_t charts, schemas;
	int failed;
	struct buf depends;
};
/* One chart: where its values stand, and those that its templates read, which a library reads from its user. */
struct place { struct node *root, *reads; };

/* -- keys -- */

static int is_one_of(const char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (text_is(s, n, *words))
			return 1;
	return 0;
}

static struct node **slot(struct table *t, const char *path, size_t n)
{
	uint32_t k = (uint32_t)hash64(path, n) & (t->nslots - 1);
	while (t->slots[k] && (t->slots[k]->n != n || memcmp(t->slots[k]->path, path, n)))
		k = (k + 1) & (t->nslots - 1);
	return &t->slots[k];
}

static struct table *new_table(struct arena *a)
{
	struct table *t = ARENA_NEW(a, struct table);
	t->nslots = 1024;
	t->slots = ARENA_ARRAY(a, struct node *, t->nslots);
	t->root = ARENA_NEW(a, struct node);
	t->root->path = "";
	return t;
}

static void limit(struct importer *im, const char *what)
{
	if (!im->failed)
		diag_error(im->diags, (struct span){ 0, 0 }, D_YAML_LIMIT,
			arena_printf(im->arena, "chart %s %s", im->folder, what));
	im->failed = 1;
}

/* The node of a key below another. NULL: there is none, and none is made; or its path cannot be written in a table. */
static struct node *below(struct importer *im, struct node *at, const char *key, size_t n, int make)
{
	struct table *t = im->t;
	char path[MAX_PATH + 4];
	size_t m = at->n;
	int sound = n > 0 && at->depth < MAX_DEPTH && m + 2 * n + 1 < MAX_PATH && (at != t->root || *key != '#');
	for (size_t k = 0; sound && k < n; k++)
		sound = (unsigned char)key[k] >= ' ' && key[k] != '\\';
	if (!sound) {
		at->open |= make;
		return NULL;
	}
	memcpy(path, at->path, m);
	if (m)
		path[m++] = '.';
	for (size_t k = 0; k < n; k++) {
		if (key[k] == '.')
			path[m++] = '\\';
		path[m++] = key[k];
	}
	struct node **s = slot(t, path, m), *x = *s;
	if (x || !make)
		return x;
	if (t->v.n == MAX_KEYS) {
		limit(im, "has more than 100000 keys");
		return NULL;
	}
	x = *s = ARENA_NEW(im->arena, struct node);
	*x = (struct node){ .path = arena_strdup(im->arena, path, m), .n = (uint32_t)m, .depth = at->depth + 1,
		.parent = at };
	at->inner = 1;
	VEC_PUSH(im->arena, &t->v, x);
	if (t->v.n * 2 > t->nslots) {
		t->nslots *= 2;
		t->slots = ARENA_ARRAY(im->arena, struct node *, t->nslots);
		for (uint32_t k = 0; k < t->v.n; k++)
			*slot(t, t->v.v[k]->path, t->v.v[k]->n) = t->v.v[k];
	}
	return x;
}

/* The same for a key of a chart: `global` of one inside of another is that of the whole. */
static struct node *key_of(struct importer *im, struct node *root, struct node *at, const char *key, size_t n, int make)
{
	if (at == root && at != im->t->root && text_is(key, n, "global")) {
		struct node *own = below(im, at, key, n, make);
		if (own && make && !own->type)
			own->type = "map";
		at = im->t->root;
	}
	return below(im, at, key, n, make);
}

static void set_type(struct node *x, const char *type)
{
	if (!x->type && !x->inner)
		x->type = type;
}

/* -- values.yaml -- */

static const char *type_of(const struct value *v)
{
	switch (v->tag) {
	case VALUE_BOOL:
		return "bool";
	case VALUE_INT:
		return "int";
	case VALUE_FLOAT:
		return "number";
	case VALUE_STRING:
		return "string";
	case VALUE_LIST:
		return "list";
	case VALUE_RECORD:
		return "map";
	default:
		return "any";
	}
}

static void take_values(struct importer *im, struct node *root, struct node *at, const struct value *v)
{
	for (uint32_t k = 0; k < v->n && !im->failed; k++) {
		const struct field *f = &v->rec.fields[k];
		struct node *x = key_of(im, root, at, f->key->text, f->key->len, 1);
		if (!x)
			continue;
		if (f->value->tag == VALUE_RECORD && f->value->n && (!x->type || text_is(x->type, strlen(x->type), "map")))
			take_values(im, root, x, f->value);
		set_type(x, type_of(f->value));         /* unless keys stand below it */
	}
}

/* -- values.schema.json -- */

/* What `$ref` names, within the same schema. */
static const struct value *referred(const struct value *root, const struct value *v)
{
	for (int hops = 0; v && v->tag == VALUE_RECORD && hops < 20; hops++) {
		const struct value *ref = value_getc(v, "$ref"), *to = root;
		if (!ref || ref->tag != VALUE_STRING || value_getc(v, "properties"))
			return v;
		const char *s = ref->str.p, *end = s + ref->n;
		if (s == end || *s != '#')
			return NULL;            /* in another file: says nothing here */
		for (s++; s < end && to;) {
			char part[200];
			size_t n = 0;
			for (s++; s < end && *s != '/'; s++)
				if (n < sizeof part - 1)
					part[n++] = *s;
			part[n] = 0;
			to = to->tag == VALUE_RECORD ? value_getc(to, part) : NULL;
		}
		v = to;
	}
	return NULL;
}

static const char *schema_type(const struct value *v)
{
	static const char *const types[][2] = { { "string", "string" }, { "integer", "int" }, { "number", "number" },
		{ "boolean", "bool" }, { "array", "list" }, { "object", "map" } };
	for (size_t k = 0; k < sizeof types / sizeof *types; k++)
		if (v->tag == VALUE_STRING && text_is(v->str.p, v->n, types[k][0]))
			return types[k][1];
	return NULL;
}

static int is_number(const char *s) { return !strcmp(s, "int") || !strcmp(s, "number"); }

/* The one type that a schema allows besides null; "any": several; NULL: it does not say. */
static const char *allowed(const struct value *schema)
{
	static const char *const choices[] = { "anyOf", "oneOf" };
	const struct value *t = value_getc(schema, "type");
	const char *one = NULL;
	for (size_t k = 0; !t && k < 2; k++)
		if (value_getc(schema, choices[k]))
			return "any";
	if (!t || t->tag != VALUE_LIST)
		return t ? schema_type(t) : NULL;
	for (uint32_t k = 0; k < t->n; k++) {
		const char *s = schema_type(t->items[k]);
		if (s && one && s != one && !(is_number(s) && is_number(one)))
			return "any";
		one = s ? s : one;
	}
	return one;
}

struct visit { const struct value *schema; const struct visit *around; };

static int is_visited(const struct visit *v, const struct value *schema)
{
	while (v && v->schema != schema)
		v = v->around;
	return v != NULL;
}

/* sure: it holds, whatever else does. around: the schemas that this one stands in, since one can refer to itself. */
static void take_schema(struct importer *im, struct node *root, struct node *at, const struct value *top,
	const struct value *s, int sure, const struct visit *around)
{
	static const char *const choices[] = { "allOf", "anyOf", "oneOf" };
	if (!(s = referred(top, s)) || s->tag != VALUE_RECORD || at->depth >= MAX_DEPTH || im->failed)
		return;
	if (++im->schemas > MAX_SCHEMAS) {
		limit(im, "has a schema that refers to itself too often");
		return;
	}
	const struct visit here = { s, around };
	const struct value *props = value_getc(s, "properties"), *more = value_getc(s, "additionalProperties");
	for (uint32_t k = 0; props && props->tag == VALUE_RECORD && k < props->n; k++) {
		const struct field *f = &props->rec.fields[k];
		const struct value *p = referred(top, f->value);
		struct node *x = key_of(im, root, at, f->key->text, f->key->len, 1);
		if (!x || x->hidden)
			continue;
		if (!p || p->tag != VALUE_RECORD) {
			set_type(x, "any");
			continue;
		}
		const struct value *inner = value_getc(p, "properties"), *rest = value_getc(p, "additionalProperties");
		const char *type = allowed(p);
		int closed = rest && rest->tag == VALUE_BOOL && !rest->i,
			is_map = inner && inner->tag == VALUE_RECORD && inner->n,
			several = type && !strcmp(type, "any");
		if (x->type && several)
			x->type = "any";
		else if (x->type && strcmp(x->type, "map"))
			continue;
		else if (is_visited(&here, p))
			set_type(x, "map");
		else if (x->inner || (is_map && !several && (!x->type || closed)))
			take_schema(im, root, x, top, p, sure, &here);
		else
			set_type(x, type ? type : "any");
	}
	for (size_t k = 0; k < 3; k++) {
		const struct value *list = value_getc(s, choices[k]);
		for (uint32_t m = 0; list && list->tag == VALUE_LIST && m < list->n; m++)
			if (!is_visited(&here, referred(top, list->items[m])))
				take_schema(im, root, at, top, list->items[m], 0, &here);
	}
	if (more && more->tag == VALUE_BOOL && !more->i && sure && !value_getc(s, "patternProperties"))
		at->strict = 1;
	else if (more && (more->tag == VALUE_RECORD || (more->tag == VALUE_BOOL && more->i)))
		at->open = 1;
}

/* -- templates -- */

struct variable { const char *name; size_t n; struct node *node; };
struct scan {
	struct importer *im;
	const struct place *c;
	const char *s, *end;                    /* of the action in hand */
	struct node *dot[MAX_BLOCKS];
	uint32_t depth, lost;                   /* blocks, and those beyond MAX_BLOCKS */
	struct variable vars[MAX_VARIABLES];
	uint32_t nvars, parens;
};

static int letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
		|| (unsigned char)c >= 0x80;
}

/* A key below a node that a template reads. NULL: below a list, a text, or a map that takes any key. */
static struct node *step(struct scan *x, struct node *at, const char *key, size_t n)
{
	struct node *to;
	if (!at || (at->type && !at->inner))
		return NULL;
	to = key_of(x->im, x->c->reads, at, key, n, 0);
	return to || at->strict ? to : key_of(x->im, x->c->reads, at, key, n, 1);
}

/* `.a.b` behind something that is `at`, or the dot's own. */
static struct node *chain(struct scan *x, struct node *at)
{
	while (x->s + 1 < x->end && *x->s == '.' && letter(x->s[1])) {
		const char *key = ++x->s;
		while (x->s < x->end && letter(*x->s))
			x->s++;
		size_t n = (size_t)(x->s - key);
		at = text_is(key, n, "Values") ? x->c->reads : step(x, at, key, n);
	}
	return at;
}

static struct node *variable(struct scan *x, const char *name, size_t n)
{
	for (uint32_t k = x->nvars; k-- > 0;)
		if (x->vars[k].n == n && !memcmp(x->vars[k].name, name, n))
			return x->vars[k].node;
	return NULL;
}

static void assign(struct scan *x, const struct variable *names, uint32_t n, struct node *to)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t m = 0;
		while (m < x->nvars
			&& (x->vars[m].n != names[k].n || memcmp(x->vars[m].name, names[k].name, names[k].n)))
			m++;
		if (m == MAX_VARIABLES)
			continue;
		x->nvars += m == x->nvars;
		x->vars[m] = (struct variable){ names[k].name, names[k].n, n == 1 ? to : NULL };
	}
}

struct text { const char *p; size_t n; };
struct command {
	const char *word;                       /* the function; NULL: none */
	size_t word_n;
	struct node *terms[MAX_TERMS];
	struct text texts[MAX_TERMS];
	uint32_t nterms, ntexts;
};

/* What a command is worth as a place among the values, and what it does to those that it is given. */
static struct node *run(struct scan *x, const struct command *c)
{
	static const char *const passes[] = { "default", "coalesce", "required", "deepCopy", "mustDeepCopy", "or", "and",
		"with", "if", "else", NULL };
	static const char *const whole[] = { "toYaml", "mustToYaml", "toYamlPretty", "toJson", "mustToJson", "toRawJson",
		"toPrettyJson", "toToml", "tpl", "range", "keys", "values", "pick", "omit", NULL };
	static const char *const merges[] = { "merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite", NULL };
	static const char *const reads[] = { "index", "get", "hasKey", "dig", NULL };
	struct node *first = NULL, *root = NULL, *over = NULL;
	for (uint32_t k = 0; k < c->nterms; k++) {
		first = first ? first : c->terms[k];
		if (c->terms[k] == x->c->reads)
			root = c->terms[k];
		else if (c->terms[k])
			over = c->terms[k];
	}
	if (!c->word || is_one_of(c->word, c->word_n, passes))
		return first;
	if (is_one_of(c->word, c->word_n, reads)) {
		uint32_t n = text_is(c->word, c->word_n, "dig") ? c->ntexts ? c->ntexts - 1 : 0 : c->ntexts;
		for (uint32_t k = 0; k < n; k++)
			first = step(x, first, c->texts[k].p, c->texts[k].n);
		return text_is(c->word, c->word_n, "hasKey") ? NULL : first;
	}
	if (is_one_of(c->word, c->word_n, merges)) {
		/* all values merged over those of one key: what stands below it are the chart's own defaults */
		if (root && over && over->depth == root->depth + 1 && over->inner)
			x->im->lifted = over;
		return root ? NULL : first;
	}
	if (text_is(c->word, c->word_n, "set") && first == x->c->reads && c->ntexts) {
		struct node *own = step(x, first, c->texts[0].p, c->texts[0].n);
		if (own && !own->type && !own->inner)
			own->hidden = 1;        /* the templates' own, and not a value that they are given */
	}
	if (!is_one_of(c->word, c->word_n, whole))
		return NULL;
	for (uint32_t k = 0; k < c->nterms; k++)
		if (c->terms[k] && c->terms[k] != x->c->reads)
			c->terms[k]->open = 1;
	return NULL;
}

static struct text quoted(struct scan *x)
{
	const char q = *x->s++, *from = x->s;
	while (x->s < x->end && *x->s != q)
		x->s += *x->s == '\\' && q != '`' && x->s + 1 < x->end ? 2 : 1;
	struct text t = { from, (size_t)(x->s - from) };
	x->s += x->s < x->end;
	return t;
}

/* Up to the action's end, or the parenthesis that closes it. */
static struct node *pipeline(struct scan *x)
{
	struct command c = { 0 };
	struct variable names[2];
	uint32_t nnames = 0;
	while (x->s < x->end && *x->s != ')') {
		struct node *term = NULL;
		int is_term = 1;
		if (*x->s == '"' || *x->s == '`' || *x->s == '\'') {
			struct text t = quoted(x);
			if (c.ntexts < MAX_TERMS)
				c.texts[c.ntexts++] = t;
			is_term = 0;
		} else if (*x->s == '(') {
			x->s++;
			if (++x->parens > MAX_PARENS) {
				x->s = x->end;
				return NULL;
			}
			term = pipeline(x);
			x->parens--;
			x->s += x->s < x->end;
			term = chain(x, term);
		} else if (*x->s == '$') {
			const char *name = x->s++;
			while (x->s < x->end && letter(*x->s))
				x->s++;
			size_t n = (size_t)(x->s - name);
			if (nnames < 2 && n > 1 && !c.nterms)
				names[nnames++] = (struct variable){ name, n, NULL };
			term = chain(x, variable(x, name, n));
		} else if (*x->s == '.') {
			struct node *dot = x->dot[x->depth];
			if (x->s + 1 < x->end && letter(x->s[1])) {
				term = chain(x, dot);
			} else {
				x->s++;
				term = dot;
			}
		} else if (letter(*x->s)) {
			const char *word = x->s;
			while (x->s < x->end && letter(*x->s))
				x->s++;
			if (!c.word && !c.nterms && !c.ntexts) {
				c.word = word;
				c.word_n = (size_t)(x->s - word);
				continue;
			}
			is_term = 0;
		} else if (*x->s == '|') {
			struct node *got = run(x, &c);
			c = (struct command){ .terms = { got }, .nterms = 0 };
			/* what is piped is the last operand, and the word is still to come */
			x->s++;
			while (x->s < x->end && strchr(" \t\r\n", *x->s))
				x->s++;
			const char *word = x->s;
			while (x->s < x->end && letter(*x->s))
				x->s++;
			c.word = word;
			c.word_n = (size_t)(x->s - word);
			c.nterms = 1;
			nnames = nnames && c.word_n ? nnames : 0;
			continue;
		} else if (*x->s == '=' || (*x->s == ':' && x->s + 1 < x->end && x->s[1] == '=')) {
			x->s += *x->s == ':' ? 2 : 1;
			struct node *got = pipeline(x);
			assign(x, names, nnames, got);
			return got;
		} else {
			x->s++;
			is_term = 0;
		}
		if (is_term && c.nterms < MAX_TERMS)
			c.terms[c.nterms++] = term;
	}
	return run(x, &c);
}

static int starts(const struct scan *x, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(x->end - x->s) >= n && !memcmp(x->s, word, n) && (x->s + n == x->end || !letter(x->s[n]));
}

static void push(struct scan *x, struct node *dot)
{
	if (x->depth + 1 == MAX_BLOCKS)
		x->lost++;
	else
		x->dot[++x->depth] = dot;
}

static void action(struct scan *x)
{
	struct node *dot = x->dot[x->depth], *around = x->depth ? x->dot[x->depth - 1] : NULL, *got;
	int otherwise = 0;
	x->parens = 0;
	while (x->s < x->end && strchr("- \t\r\n", *x->s))
		x->s++;
	if (starts(x, "else")) {
		otherwise = 1;
		x->s += 4;
		if (!x->lost)
			x->dot[x->depth] = dot = around;
		while (x->s < x->end && strchr(" \t\r\n", *x->s))
			x->s++;
	}
	if (starts(x, "end")) {
		if (x->lost)
			x->lost--;
		else if (x->depth)
			x->depth--;
	} else if (starts(x, "with")) {
		x->s += 4;
		got = pipeline(x);
		if (!otherwise)
			push(x, got);
		else if (!x->lost)
			x->dot[x->depth] = got;
	} else if (starts(x, "range")) {
		x->s += 5;
		got = pipeline(x);
		if (got && got != x->c->reads)
			got->open = 1;
		push(x, NULL);
	} else if (starts(x, "define") || starts(x, "block")) {
		x->s += starts(x, "block") ? 5 : 6;
		pipeline(x);
		push(x, NULL);
	} else if (starts(x, "if")) {
		x->s += 2;
		pipeline(x);
		if (!otherwise)
			push(x, dot);
	} else if (x->s < x->end) {
		pipeline(x);
	}
}

static void scan(struct importer *im, const struct place *c, const char *text, size_t len)
{
	struct scan *x = ARENA_NEW(im->arena, struct scan);
	const char *p = text, *end = text + len;
	*x = (struct scan){ .im = im, .c = c };
	while (end - p > 3 && (p = memchr(p, '{', (size_t)(end - p) - 1)) && !im->failed) {
		if (p[1] != '{') {
			p++;
			continue;
		}
		const char *from = p += 2, *q = from;
		while (q < end && (*q == '-' || *q == ' '))
			q++;
		if (end - q > 1 && q[0] == '/' && q[1] == '*') {
			while (end - p > 1 && (p[0] != '*' || p[1] != '/'))
				p++;
			continue;
		}
		for (; p < end && !(p[0] == '}' && p + 1 < end && p[1] == '}'); p++)
			if (*p == '"' || *p == '`') {
				const char quote = *p++;
				while (p < end && *p != quote)
					p += *p == '\\' && quote == '"' && p + 1 < end ? 2 : 1;
				if (p >= end)
					break;
			}
		x->s = from;
		x->end = p < end ? p : end;
		if (x->end > from && x->end[-1] == '-')
			x->end--;
		action(x);
		p = p < end ? p : end;
	}
}

/* -- files -- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct chart_file *)a)->path, ((const struct chart_file *)b)->path);
}

/* The first file whose path is not less. */
static uint32_t find_file(const struct importer *im, const char *path)
{
	uint32_t lo = 0, hi = im->nfiles;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (strcmp(im->files[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const struct chart_file *file_at(const struct importer *im, const char *dir, const char *name)
{
	const char *path = arena_printf(im->arena, "%s%s", dir, name);
	uint32_t k = find_file(im, path);
	return k < im->nfiles && !strcmp(im->files[k].path, path) ? &im->files[k] : NULL;
}

static const char *shown(struct importer *im, const char *path)
{
	size_t n = strlen(im->folder);
	return arena_printf(im->arena, "%s%s%s", im->folder, n && im->folder[n - 1] == '/' ? "" : "/", path);
}

static void fault(struct importer *im, struct span at, const char *message, const char *help)
{
	struct diag *x = diag_error(im->diags, at, D_CHART_FOLDER, message);
	if (help)
		diag_help(im->diags, x, "%s", help);
	im->failed = 1;
}

/* The map that a file holds: NULL if there is no file, or it is empty, or it was reported. *src: the source. */
static const struct value *read_map(struct importer *im, const char *dir, const char *name, struct source **src)
{
	const struct chart_file *f = file_at(im, dir, name);
	struct yaml_documents docs = { 0 };
	uint32_t before = im->diags->nerrors;
	if (!f)
		return NULL;
	struct source *s = source_add(im->sources, shown(im, f->path), f->text, f->len, 0);
	if (!s) {
		limit(im, "is too large");
		return NULL;
	}
	if (src)
		*src = s;
	yaml_read(s, im->arena, im->atoms, im->diags, &docs);
	if (im->diags->nerrors > before) {
		im->failed = 1;
		return NULL;
	}
	const struct value *v = docs.n ? docs.v[0] : NULL;
	if (!v || v->tag == VALUE_NONE || v->tag == VALUE_NULL)
		return NULL;
	if (v->tag != VALUE_RECORD) {
		fault(im, v->origin, arena_printf(im->arena, "%s is a map, and this is %s", name, value_tag_name(v)), NULL);
		return NULL;
	}
	return v;
}

/* A text of one line; NULL: there is none. */
static const char *line_of(struct importer *im, const struct value *rec, const char *key)
{
	const struct value *v = rec && rec->tag == VALUE_RECORD ? value_getc(rec, key) : NULL;
	if (!v || v->tag != VALUE_STRING || !v->n || v->n > 200)
		return NULL;
	for (uint32_t k = 0; k < v->n; k++)
		if ((unsigned char)v->str.p[k] < ' ')
			return NULL;
	return arena_strdup(im->arena, v->str.p, v->n);
}

/* A chart's name or version, which it cannot do without. */
static const char *needed(struct importer *im, const struct value *rec, const struct source *src, const char *key)
{
	const char *s = line_of(im, rec, key);
	const struct value *v = rec ? value_getc(rec, key) : NULL;
	if (s || im->failed)
		return s;
	struct span at = v ? v->origin : rec ? rec->origin : (struct span){ 0, 0 };
	if (!at.lo && src)
		at = (struct span){ src->base, src->base + 1 };
	if (v && (v->tag == VALUE_INT || v->tag == VALUE_FLOAT))
		fault(im, at, arena_printf(im->arena, "the chart's `%s` is a number", key), "as text it stands in quotes");
	else
		fault(im, at, arena_printf(im->arena, "the chart has no `%s`", key),
			"Chart.yaml says of which chart the table is: `name: web` and `version: 1.2.3`");
	return NULL;
}

/* -- charts -- */

/* The node of a path as `condition` and `tags` name it. */
static void switch_at(struct importer *im, struct node *root, const char *s, size_t n)
{
	struct node *at = root;
	const char *end = s + n;
	while (at && s < end) {
		const char *dot = memchr(s, '.', (size_t)(end - s));
		size_t m = (size_t)((dot ? dot : end) - s);
		if (at->type && !at->inner)
			return;
		at = key_of(im, root, at, s, m, 1);
		s += m + 1;
	}
	if (at && at != root)
		set_type(at, "bool");
}

static void take_switches(struct importer *im, struct node *root, const struct value *dep)
{
	const char *s = line_of(im, dep, "condition");
	const struct value *tags = value_getc(dep, "tags");
	while (s && *s) {
		size_t n = strcspn(s, ",");
		const char *from = s + strspn(s, " ");
		if (from < s + n)
			switch_at(im, root, from, (size_t)(s + n - from));
		s += n + (s[n] == ',');
	}
	for (uint32_t k = 0; tags && tags->tag == VALUE_LIST && k < tags->n; k++) {
		const struct value *tag = tags->items[k];
		struct node *all = tag->tag == VALUE_STRING ? below(im, im->t->root, "tags", 4, 1) : NULL,
			*x = all ? below(im, all, tag->str.p, tag->n, 1) : NULL;
		if (x)
			set_type(x, "bool");
	}
}

/* A dependency that is not unpacked: at the top its own table counts; elsewhere it takes what it is given. */
static void take_absent(struct importer *im, struct node *root, const struct value *lock, const struct value *dep)
{
	const char *name = line_of(im, dep, "name"), *alias = line_of(im, dep, "alias"),
		*version = line_of(im, dep, "version");
	const struct value *list = value_getc(lock, "dependencies");
	for (uint32_t k = 0; list && list->tag == VALUE_LIST && k < list->n; k++) {
		const char *locked = line_of(im, list->items[k], "name");
		if (locked && !strcmp(locked, name) && line_of(im, list->items[k], "version"))
			version = line_of(im, list->items[k], "version");
	}
	if (alias)
		name = alias;
	if (root == im->t->root) {
		buf_addf(&im->depends, "depends\t%s\t%s\n", name, version ? version : "");
		return;
	}
	struct node *x = below(im, root, name, strlen(name), 1);
	if (x) {
		x->open = 1;
		set_type(x, "map");
	}
}

static void take_templates(struct importer *im, const char *dir, const struct place *c)
{
	const char *below_dir = arena_printf(im->arena, "%stemplates/", dir);
	size_t n = strlen(below_dir);
	for (uint32_t k = find_file(im, below_dir); k < im->nfiles && !im->failed; k++) {
		if (strncmp(im->files[k].path, below_dir, n))
			break;
		scan(im, c, im->files[k].text, im->files[k].len);
	}
}

/* The key whose keys the templates lay below all values; NULL: none. Read on a table that is thrown away. */
static const char *find_lifted(struct importer *im, const char *dir, const struct value *values)
{
	struct table *kept = im->t;
	im->t = new_table(im->arena);
	im->lifted = NULL;
	struct place c = { im->t->root, im->t->root };
	take_values(im, c.root, c.root, values);
	take_templates(im, dir, &c);
	const char *key = im->lifted ? im->lifted->path : NULL;
	im->t = kept;
	im->lifted = NULL;
	return key;
}

static void take_chart(struct importer *im, const char *dir, const struct value *head, struct node *root,
	struct node *user, int nested);

/* The charts below charts/, under the names that the chart's dependencies give them. */
static void take_inner(struct importer *im, const char *dir, const struct value *head, struct node *root, int nested)
{
	const char *charts = arena_printf(im->arena, "%scharts/", dir);
	const struct value *deps = value_getc(head, "dependencies"), *old, *lock;
	struct { const char *dir, *name; const struct value *head; int wanted; } *v;
	size_t n = strlen(charts);
	uint32_t count = 0, from = find_file(im, charts), to = from;
	if (!deps && (old = read_map(im, dir, "requirements.yaml", NULL)))      /* where apiVersion v1 has them */
		deps = value_getc(old, "dependencies");
	lock = read_map(im, dir, "Chart.lock", NULL);
	while (to < im->nfiles && !strncmp(im->files[to].path, charts, n))
		to++;
	v = arena_alloc(im->arena, sizeof *v * (to - from + 1));
	for (uint32_t k = from; k < to && !im->failed; k++) {
		const char *name = im->files[k].path + n, *slash = strchr(name, '/');
		if (!slash || strcmp(slash + 1, "Chart.yaml"))
			continue;
		struct source *src = NULL;
		v[count].dir = arena_strdup(im->arena, im->files[k].path, (size_t)(slash + 1 - im->files[k].path));
		v[count].head = read_map(im, v[count].dir, "Chart.yaml", &src);
		v[count].name = needed(im, v[count].head, src, "name");
		count += v[count].name != NULL;
	}
	for (uint32_t d = 0; deps && deps->tag == VALUE_LIST && d < deps->n && !im->failed; d++) {
		const struct value *dep = deps->items[d];
		const char *name = line_of(im, dep, "name"), *alias = line_of(im, dep, "alias");
		uint32_t k = 0;
		if (!name)
			continue;
		take_switches(im, root, dep);
		while (k < count && strcmp(v[k].name, name))
			k++;
		if (k == count) {
			take_absent(im, root, lock, dep);
			continue;
		}
		const char *key = alias ? alias : name;
		struct node *at = below(im, root, key, strlen(key), 1);
		v[k].wanted = 1;
		if (at)
			take_chart(im, v[k].dir, v[k].head, at, root, nested + 1);
	}
	for (uint32_t k = 0; k < count && !im->failed; k++) {
		struct node *at = v[k].wanted ? NULL : below(im, root, v[k].name, strlen(v[k].name), 1);
		if (at)
			take_chart(im, v[k].dir, v[k].head, at, root, nested + 1);
	}
}

/* user: the values of the chart that this one stands in. */
static void take_chart(struct importer *im, const char *dir, const struct value *head, struct node *root,
	struct node *user, int nested)
{
	const char *type = line_of(im, head, "type"), *lifted;
	struct place c = { root, type && !strcmp(type, "library") && user ? user : root };
	const struct value *values = read_map(im, dir, "values.yaml", NULL), *own, *schema;
	if (nested > MAX_NESTED || ++im->charts > MAX_CHARTS)
		limit(im, nested > MAX_NESTED ? "has charts inside of charts more than 8 deep"
			: "has more than 500 charts inside");
	if (im->failed)
		return;
	if (root != im->t->root && root->type)
		root->type = NULL;      /* `store: {}` in the values around: this chart says what is there */
	if (values) {
		if ((lifted = find_lifted(im, dir, values)) && (own = value_getc(values, lifted))) {
			struct node *x = key_of(im, root, root, lifted, strlen(lifted), 1);
			if (x)
				x->hidden = 1;
			take_values(im, root, root, own);
		}
		take_values(im, root, root, values);
	}
	if ((schema = read_map(im, dir, "values.schema.json", NULL)))
		take_schema(im, root, root, schema, schema, 1, NULL);
	if (!im->failed)
		take_templates(im, dir, &c);
	if (!im->failed)
		take_inner(im, dir, head, root, nested);
	if (!root->inner)
		set_type(root, "map");
}

/* -- the table -- */

/* Maps of Kubernetes that charts have under these names: their keys are known, listed or not. What a container requests
   is counted under names that a cluster can add to. */
static const char *shape_of(const struct node *x)
{
	static const char *const shapes[][2] = {
		{ "resources", "like resources" }, { "requests", "open" }, { "limits", "open" },
		{ "livenessProbe", "like probe" }, { "readinessProbe", "like probe" }, { "startupProbe", "like probe" },
		{ "podSecurityContext", "like pod-security-context" },
		{ "containerSecurityContext", "like container-security-context" },
		{ "securityContext", "like security-context" }, { "capabilities", "like capabilities" },
		{ "seccompProfile", "like seccomp-profile" }, { "updateStrategy", "like update-strategy" },
	};
	const char *last = x->path;
	for (const char *s = x->path; *s; s++)
		if (*s == '.' && s > x->path && s[-1] != '\\')
			last = s + 1;
	for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++)
		if (!strcmp(last, shapes[k][0]))
			return shapes[k][1];
	return NULL;
}

static void write_table(struct importer *im, const char *name, const char *version, struct buf *out)
{
	struct table *t = im->t;
	const char **lines = ARENA_ARRAY(im->arena, const char *, t->v.n + 1);
	uint32_t n = 0;
	for (uint32_t k = 0; k < t->v.n; k++) {
		const struct node *x = t->v.v[k], *up = x;
		const char *shape = shape_of(x);
		while (up && !up->hidden)
			up = up->parent;
		if (up)
			continue;
		if (!x->inner)
			lines[n++] = arena_printf(im->arena, "%s\t%s", x->path, x->type ? x->type : "any");
		else if (x->strict)
			lines[n++] = arena_printf(im->arena, "%s\tstrict", x->path);
		else if (shape)
			lines[n++] = arena_printf(im->arena, "%s\t%s", x->path, shape);
		else if (x->open)
			lines[n++] = arena_printf(im->arena, "%s\topen", x->path);
	}
	qsort(lines, n, sizeof *lines, text_compare);
	buf_addf(out, "chart\t%s\t%s\n", name, version);
	buf_add(out, im->depends.p, im->depends.n);
	buf_adds(out, t->root->strict ? "strict\npath\ttype\n" : "path\ttype\n");
	for (uint32_t k = 0; k < n; k++)
		buf_addf(out, "%s\n", lines[k]);
}

int import_chart(struct sources *sources, const char *folder, const struct chart_file *files, uint32_t n,
	struct arena *a, struct atoms *atoms, struct diags *d, struct buf *out)
{
	struct chart_file *sorted = ARENA_ARRAY(a, struct chart_file, n + 1);
	struct importer im = { .sources = sources, .folder = folder, .files = sorted, .nfiles = n, .arena = a,
		.atoms = atoms, .diags = d, .t = new_table(a) };
	struct source *src = NULL;
	if (n)
		memcpy(sorted, files, sizeof *files * n);
	qsort(sorted, n, sizeof *sorted, by_path);
	if (!file_at(&im, "", "Chart.yaml")) {
		struct diag *x = diag_error(d, (struct span){ 0, 0 }, D_READ, shown(&im, "Chart.yaml"),
			"there is no such file");
		diag_help(d, x, "the folder of an unpacked chart is the one with Chart.yaml in it");
		return 0;
	}
	const struct value *head = read_map(&im, "", "Chart.yaml", &src);
	const char *name = needed(&im, head, src, "name"), *version = needed(&im, head, src, "version");
	if (name && version)
		take_chart(&im, "", head, im.t->root, NULL, 0);
	if (!im.failed)
		write_table(&im, name, version, out);
	buf_free(&im.depends);
	return !im.failed;
}
