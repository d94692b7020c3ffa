/* A build helper, no part of the compiler: takes the tables of Kubernetes' fields (schema.tsv, field-rules.tsv) and
   writes them as the constant C tables of eval/schema_table.h. What two fields have in common is written once. */
#include "eval/schema_table.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 20000, MAX_COLUMNS = 16, MAX_TEXT = 1 << 20 };
struct row { char *c[MAX_COLUMNS]; int n; const char *file; int line; };
struct extra { const char *type, *field, *rule; int used; };

static struct row kinds[500], types[3000], fields[MAX_ROWS];
static unsigned nkinds, ntypes, nfields;
static struct extra extras[2000], sinces[3000];
static unsigned nextras, nsinces;
static struct row words[100], gones[200], levels[50];
static unsigned nwords, ngones, nlevels;
static struct schema_rule rules[4000];
static unsigned nrules = 1;
static struct schema_since versions[256];
static unsigned nversions = 1;
static char text[MAX_TEXT];
static unsigned ntext = 1;              /* offset 0 is the empty text */
static const char *const forms[] = {
#define X(id, name, meaning) name,
	SCHEMA_FORMS(X)
#undef X
};

static void die(const struct row *r, const char *what, const char *which)
{
	fprintf(stderr, "fields: %s:%d: %s: %s\n", r ? r->file : "", r ? r->line : 0, what, which);
	exit(1);
}

/* "\\t" and "\\\\" of the table. */
static void unescape(char *s)
{
	char *o = s;
	for (; *s; s++) {
		if (*s == '\\' && s[1]) {
			s++;
			*o++ = *s == 't' ? '\t' : *s == 'n' ? '\n' : *s == 'r' ? '\r' : *s;
		} else {
			*o++ = *s;
		}
	}
	*o = 0;
}

static void read_rows(const char *path)
{
	static char line[1 << 16], none[1];
	FILE *f = fopen(path, "rb");
	int at = 0;
	if (!f)
		die(NULL, "cannot read", path);
	while (fgets(line, sizeof line, f)) {
		struct row r = { .file = path, .line = ++at };
		char *p = malloc(strlen(line) + 1);
		if (!p)
			die(&r, "no memory", "");
		strcpy(p, line);
		p[strcspn(p, "\n")] = 0;
		if (!*p || *p == '#')
			continue;
		while (p && r.n < MAX_COLUMNS) {
			char *tab = strchr(p, '\t');
			if (tab)
				*tab++ = 0;
			r.c[r.n++] = p;
			p = tab;
		}
		while (r.n < 12)
			r.c[r.n++] = none;
		if (strlen(r.c[0]) != 1)
			die(&r, "no kind of row", r.c[0]);
		switch (*r.c[0]) {
		case 'K': kinds[nkinds++] = r; break;
		case 'T': types[ntypes++] = r; break;
		case 'F': fields[nfields++] = r; break;
		case 'R': extras[nextras++] = (struct extra){ r.c[1], r.c[2], r.c[3], 0 }; break;
		case 'S': sinces[nsinces++] = (struct extra){ r.c[1], r.c[2], r.c[3], 0 }; break;
		case 'W': words[nwords++] = r; break;
		case 'G': gones[ngones++] = r; break;
		case 'L': levels[nlevels++] = r; break;
		default: die(&r, "no kind of row", r.c[0]);
		}
		if (nkinds == 500 || ntypes == 3000 || nfields == MAX_ROWS || nextras == 2000 || nsinces == 3000
			|| nwords == 100 || ngones == 200 || nlevels == 50)
			die(&r, "too many rows", r.c[0]);
	}
	if (ferror(f))
		die(NULL, "cannot read", path);
	fclose(f);
}

static unsigned add_text(const char *s)
{
	size_t n = strlen(s) + 1;
	if (n == 1)
		return 0;
	for (unsigned at = 1; at < ntext; at += (unsigned)strlen(text + at) + 1)
		if (!strcmp(text + at, s))
			return at;
	if (ntext + n > MAX_TEXT)
		die(NULL, "too much text", s);
	memcpy(text + ntext, s, n);
	ntext += (unsigned)n;
	return ntext - (unsigned)n;
}

static uint8_t form_of(const struct row *r, const char *s)
{
	for (unsigned i = 1; i < FORM_COUNT; i++)
		if (!strcmp(forms[i], s))
			return (uint8_t)i;
	die(r, "no form is called so", s);
	return 0;
}

static void one_rule(const struct row *r, struct schema_rule *o, char *s, int item, int collection)
{
	char *v = strchr(s, '=');
	if (v)
		*v++ = 0;
	/* what is said of a list or map as a whole cannot be about its text */
	int about_text = item || !collection;
	if (!strcmp(s, "min") || !strcmp(s, "max")) {
		int max = s[1] == 'a';
		*(max ? &o->max : &o->min) = strtoll(v, NULL, 10);
		o->has |= max ? RULE_MAX : RULE_MIN;
	} else if (!strcmp(s, "minlen") && about_text) {
		o->minlen = (uint32_t)strtoul(v, NULL, 10);
	} else if (!strcmp(s, "maxlen") && about_text) {
		o->maxlen = (uint32_t)strtoul(v, NULL, 10);
	} else if (!strcmp(s, "minitems") || !strcmp(s, "minprops")) {
		o->minitems = (uint32_t)strtoul(v, NULL, 10);
	} else if (!strcmp(s, "maxitems") || !strcmp(s, "maxprops")) {
		o->maxitems = (uint32_t)strtoul(v, NULL, 10);
	} else if (!strcmp(s, "pattern") && about_text) {
		unescape(v);
		o->pattern = add_text(v);
		for (unsigned i = 0; i < nwords; i++)
			if (!strcmp(words[i].c[1], v)) {
				if (!strncmp(words[i].c[2], "form=", 5))
					o->form = form_of(&words[i], words[i].c[2] + 5), o->pattern = 0;
				else
					o->words = add_text(words[i].c[2]);
			}
	} else if (!strcmp(s, "oneof") || !strcmp(s, "one")) {
		o->has |= s[3] ? 0 : RULE_ONE;
		o->oneof = add_text(v);
	} else if (!strcmp(s, "unique")) {
		o->has |= RULE_UNIQUE;
	} else if (!strcmp(s, "form")) {
		o->form = form_of(r, v);
	} else if (!strcmp(s, "keyform")) {
		o->keyform = form_of(r, v);
	} else if (!strcmp(s, "choices")) {
		o->choices = add_text(v);
	} else if (strcmp(s, "cel") && strcmp(s, "nullable") && strcmp(s, "format") && strcmp(s, "immutable-rule")
		&& strcmp(s, "anyof") && strcmp(s, "allof") && strcmp(s, "required")) {
		die(r, "no rule is called so", s);
	}
}

/* "min=0;item(pattern=...)". A pattern may hold anything, so it is the last of its group. */
static void read_rule(const struct row *r, struct schema_rule *o, const char *text_, int item, int collection)
{
	char *s = malloc(strlen(text_) + 1);
	if (!s)
		die(r, "no memory", "");
	strcpy(s, text_);
	while (*s) {
		if (!strncmp(s, "item(", 5)) {
			size_t n = strlen(s);
			if (s[n - 1] != ')')
				die(r, "item( is not closed", s);
			s[n - 1] = 0;
			read_rule(r, o, s + 5, 1, collection);
			return;
		}
		char *end = strncmp(s, "pattern=", 8) ? strchr(s, ';') : NULL;
		char *next = end ? end + 1 : s + strlen(s);
		if (end)
			*end = 0;
		one_rule(r, o, s, item, collection);
		s = next;
	}
}

static uint16_t add_rule(const struct schema_rule *o)
{
	static const struct schema_rule none;
	if (!memcmp(o, &none, sizeof *o))
		return 0;
	for (unsigned i = 1; i < nrules; i++)
		if (!memcmp(&rules[i], o, sizeof *o))
			return (uint16_t)i;
	if (nrules == 4000)
		die(NULL, "too many rules", "");
	rules[nrules] = *o;
	return (uint16_t)nrules++;
}

static uint8_t add_since(const char *version, uint8_t level)
{
	struct schema_since s;
	if (!*version)
		return 0;
	memset(&s, 0, sizeof s);
	s.version = add_text(version);
	s.level = level;
	for (unsigned i = 1; i < nversions; i++)
		if (versions[i].version == s.version && versions[i].level == s.level)
			return (uint8_t)i;
	if (nversions == 255)
		die(NULL, "too many versions", version);
	versions[nversions] = s;
	return (uint8_t)nversions++;
}

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int d = strcmp(x->c[1], y->c[1]);
	return d || *x->c[0] == 'T' ? d : strcmp(x->c[2], y->c[2]);
}

static int by_kind(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int d = strcmp(x->c[2], y->c[2]);
	return d ? d : strcmp(x->c[1], y->c[1]);
}

static int type_index(const char *name)
{
	unsigned lo = 0, hi = ntypes;
	while (lo < hi) {
		unsigned mid = (lo + hi) / 2;
		int d = strcmp(types[mid].c[1], name);
		if (!d)
			return (int)mid;
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

static const struct { const char *name; uint8_t scalar;
} scalars[] = {
	{ "any", SCHEMA_ANY },
	{ "string", SCHEMA_STRING },
	{ "int32", SCHEMA_INT32 },
	{ "int64", SCHEMA_INT64 },
	{ "bool", SCHEMA_BOOL },
	{ "number", SCHEMA_NUMBER },
	{ "quantity", SCHEMA_QUANTITY },
	{ "intorstring", SCHEMA_INT_OR_STRING },
	{ "time", SCHEMA_TIME },
	{ "microtime", SCHEMA_TIME },
	{ "bytes", SCHEMA_BYTES },
};

static void field_type(const struct row *r, struct schema_field *f)
{
	const char *t = r->c[3];
	int depth = 0, index;
	while (!strncmp(t, "[]", 2) || !strncmp(t, "map[]", 5)) {
		int map = *t == 'm';
		if (depth == SCHEMA_WRAPS)
			die(r, "nested too deep", r->c[3]);
		f->wrap |= (uint8_t)((map ? SCHEMA_MAP : SCHEMA_LIST) << (2 * depth++));
		t += map ? 5 : 2;
	}
	for (unsigned i = 0; i < sizeof scalars / sizeof *scalars; i++)
		if (!strcmp(scalars[i].name, t)) {
			f->scalar = scalars[i].scalar;
			return;
		}
	index = type_index(t);
	if (index < 0)
		die(r, "no type is called so", t);
	f->scalar = SCHEMA_OBJECT;
	f->type = (uint16_t)index;
}

static uint8_t level_of(const char *type)
{
	for (unsigned i = 0; i < nlevels; i++) {
		size_t n = strlen(levels[i].c[1]);
		if (!strncmp(levels[i].c[1], type, n) && type[n] == '/')
			return (uint8_t)(i + 1);
	}
	return 0;
}

static void put_text(void)
{
	int column = 0;
	printf("const char schema_text[] =\n\t\"");
	for (unsigned i = 0; i < ntext; i++) {
		unsigned char c = (unsigned char)text[i];
		if (column >= 100) {
			printf("\"\n\t\"");
			column = 0;
		}
		if (c == '"' || c == '\\')
			column += printf("\\%c", c);
		else if (c < ' ' || c > '~' || c == '?')
			column += printf("\\%03o", c);
		else
			column += putchar(c) != EOF;
	}
	printf("\";\n");
}

static void put_fields(void)
{
	static struct schema_type out[3000];
	unsigned at = 0;
	printf("const struct schema_field schema_fields[] = {\n");
	for (unsigned t = 0; t < ntypes; t++) {
		const struct row *r = &types[t];
		struct schema_rule rule;
		memset(&rule, 0, sizeof rule);
		read_rule(r, &rule, r->n > 3 ? r->c[3] : "", 0, 0);
		for (unsigned i = 0; i < nextras; i++)
			if (!strcmp(extras[i].type, r->c[1]) && !strcmp(extras[i].field, "*")) {
				read_rule(r, &rule, extras[i].rule, 0, 0);
				extras[i].used = 1;
			}
		out[t].rule = add_rule(&rule);
		out[t].flags = (uint8_t)((strstr(r->c[2], "open") ? SCHEMA_OPEN : 0)
			| (strstr(r->c[2], "opaque") ? SCHEMA_OPAQUE : 0));
		out[t].first = (uint16_t)at;
		while (at < nfields && !strcmp(fields[at].c[1], r->c[1])) {
			const struct row *f = &fields[at++];
			struct schema_field o;
			memset(&o, 0, sizeof o);
			memset(&rule, 0, sizeof rule);
			field_type(f, &o);
			int required = *f->c[7] == 'r', wrapped = o.wrap != 0;
			o.name = add_text(f->c[2]);
			o.len = (uint8_t)strlen(f->c[2]);
			o.since = add_since(f->c[11], 0);
			unescape(f->c[9]);
			rule.choices = add_text(f->c[9]);
			read_rule(f, &rule, f->c[10], 0, wrapped);
			rule.oneof = 0;         /* said of the type too */
			/* an operator's kind; those of Kubernetes itself: eval/object/sound.c */
			if (strchr(f->c[1], '/') && !strcmp(f->c[4], "map"))
				rule.keys = add_text(f->c[5]);
			for (unsigned i = 0; i < nextras; i++)
				if (!strcmp(extras[i].type, f->c[1]) && !strcmp(extras[i].field, f->c[2])) {
					read_rule(f, &rule, extras[i].rule, 1, wrapped);
					required |= strstr(extras[i].rule, "required") != NULL;
					extras[i].used = 1;
				}
			for (unsigned i = 0; i < nsinces; i++)
				if (!strcmp(sinces[i].type, f->c[1]) && !strcmp(sinces[i].field, f->c[2])) {
					o.since = add_since(sinces[i].rule, level_of(f->c[1]));
					sinces[i].used = 1;
				}
			if (required)
				o.wrap |= SCHEMA_REQUIRED;
			out[t].required = (uint8_t)(out[t].required + required);
			o.rule = add_rule(&rule);
			printf("\t{ %u, %u, %u, %u, %u, %u, %u },\n", o.name, o.type, o.rule, o.len, o.scalar,
				o.wrap, o.since);
		}
		out[t].n = (uint16_t)(at - out[t].first);
	}
	if (at != nfields)
		die(&fields[at], "a field without its type", fields[at].c[1]);
	printf("};\nconst struct schema_type schema_types[] = {\n");
	for (unsigned t = 0; t < ntypes; t++)
		printf("\t{ %u, %u, %u, %u, %u },\n", out[t].first, out[t].n, out[t].rule, out[t].required,
			out[t].flags);
	printf("};\n");
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: fields TABLE...\n");
		return 3;
	}
	for (int i = 1; i < argc; i++)
		read_rows(argv[i]);
	qsort(types, ntypes, sizeof *types, by_name);
	qsort(fields, nfields, sizeof *fields, by_name);
	qsort(kinds, nkinds, sizeof *kinds, by_kind);
	printf("/* made by fields.c */\n#include \"eval/schema_table.h\"\n");
	put_fields();
	for (unsigned i = 0; i < nextras; i++)
		if (!extras[i].used)
			die(NULL, "a rule for no field", extras[i].field);
	for (unsigned i = 0; i < nsinces; i++)
		if (!sinces[i].used)
			die(NULL, "a first version for no field", sinces[i].field);
	printf("const struct schema_rule schema_rules[] = {\n");
	for (unsigned i = 0; i < nrules; i++)
		printf("\t{ %lld, %lld, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u, %u },\n",
			(long long)rules[i].min, (long long)rules[i].max, rules[i].minlen, rules[i].maxlen,
			rules[i].minitems, rules[i].maxitems, rules[i].choices, rules[i].pattern, rules[i].words,
			rules[i].oneof, rules[i].keys, rules[i].has, rules[i].form, rules[i].keyform);
	printf("};\nconst struct schema_kind schema_kinds[] = {\n");
	for (unsigned i = 0; i < nkinds; i++) {
		int t = type_index(kinds[i].c[5]);
		if (t < 0)
			die(&kinds[i], "no type is called so", kinds[i].c[5]);
		printf("\t{ %u, %u, %u },\n", add_text(kinds[i].c[1]), add_text(kinds[i].c[2]), (unsigned)t);
	}
	printf("};\nconst struct schema_since schema_sinces[] = {\n");
	for (unsigned i = 0; i < nversions; i++)
		printf("\t{ %u, %u },\n", versions[i].version, versions[i].level);
	printf("};\nconst struct schema_level schema_levels[] = {\n");
	for (unsigned i = 0; i < nlevels; i++)
		printf("\t{ %u, %u, %u },\n", add_text(levels[i].c[1]), add_text(levels[i].c[2]),
			add_text(levels[i].c[3]));
	printf("\t{ 0, 0, 0 }\n};\nconst struct schema_gone schema_gones[] = {\n");
	for (unsigned i = 0; i < ngones; i++)
		printf("\t{ %u, %u, %u, %u },\n", add_text(gones[i].c[1]), add_text(gones[i].c[2]),
			add_text(gones[i].c[3]), add_text(gones[i].c[4]));
	printf("\t{ 0, 0, 0, 0 }\n};\n");
	put_text();
	if (type_index("meta.v1.ObjectMeta") < 0)
		die(NULL, "no type is called so", "meta.v1.ObjectMeta");
	printf("const unsigned schema_nkinds = %u, schema_ntypes = %u, schema_nfields = %u, schema_nlevels = %u, schema_ngones = %u, schema_metadata = %u;\n",
		nkinds, ntypes, nfields, nlevels, ngones, (unsigned)type_index("meta.v1.ObjectMeta"));
	if (fflush(stdout) || ferror(stdout))
		die(NULL, "cannot write", "");
	return 0;
}
