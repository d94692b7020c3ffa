/* What a chart's templates read.

   Of the templates' language as much is understood as says what a key is used for: chains (`.Values.a.b`, `$x.a`,
   `(...).a`), index, get and dig with texts, variables, and what `with` binds the dot to. A map with defaults that a
   template prints or goes through as a whole takes other keys too. What is passed on to another template (include,
   dict) is not followed: that template is taken to read what values.yaml lists. */
#include "emit/import/chart.h"
#include <string.h>

enum { MAX_BLOCKS = 100, MAX_VARIABLES = 64, MAX_TERMS = 16, MAX_PARENS = 100 };

static int is_one_of(const char *s, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (text_is(s, n, *words))
			return 1;
	return 0;
}

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
	to = chart_key(x->im, x->c->reads, at, key, n, 0);
	return to || at->strict ? to : chart_key(x->im, x->c->reads, at, key, n, 1);
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

void take_template(struct importer *im, const struct place *c, const char *text, size_t len)
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
