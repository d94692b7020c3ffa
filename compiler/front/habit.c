/* Habits from other languages: where a syntax error is what somebody writes who knows YAML, C, Python, HCL or Jsonnet,
   what this language has for it. Consumes the token at which the error was noticed and what could have stood there;
   adds a help to the message. The tables hold words of other languages and of the people who use them. */
#include "front/parse_state.h"
#include "base/suggest.h"
#include <string.h>

static const struct { const char *theirs, *ours; } declarations[] = {
	{ "import", "use" },
	{ "include", "use" },
	{ "require", "use" },
	{ "source", "use" },
	{ "resource", "component" },
	{ "module", "component" },
	{ "service", "component" },
	{ "app", "component" },
	{ "deployment", "component" },
	{ "variable", "param" },
	{ "input", "param" },
	{ "parameter", "param" },
	{ "var", "let" },
	{ "local", "let" },
	{ "locals", "let" },
	{ "const", "let" },
	{ "def", "let" },
	{ "val", "let" },
	{ "environment", "env" },
	{ "overlay", "env" },
	{ "profile", "env" },
	{ "workspace", "env" },
	{ "assert", "check" },
	{ "validate", "check" },
	{ "policy", "rule" },
	{ "function", "fn" },
	{ "func", "fn" },
	{ "class", "kind" },
	{ "type", "interface" },
	{ "schema", "interface" },
	{ "struct", "interface" },
	{ "platform", "stack" },
	{ "project", "stack" },
};

const char *parse_our_word(const struct parse *p, const struct token *t)
{
	struct suggest s;
	const struct atom *word = t->val.atom;
	const char *next = p->text + (t->span.hi - p->src->base);
	const size_t n = sizeof declarations / sizeof *declarations;

	next += strspn(next, " \t");
	if (!(*next >= 'a' && *next <= 'z') && !(*next >= 'A' && *next <= 'Z') && *next != '"' && *next != '{')
		return NULL;            /* a setting without its block */

	for (size_t i = 0; i < n; i++)
		if (!strcmp(declarations[i].theirs, word->text))
			return declarations[i].ours;
	suggest_init(&s, word->text, word->len);
	for (size_t i = 0; i < n; i++)
		suggest_try(&s, declarations[i].theirs);
	for (size_t i = 0; i < n && suggest_best(&s); i++)
		if (!strcmp(declarations[i].theirs, suggest_best(&s)) && strcmp(declarations[i].ours, word->text))
			return declarations[i].ours;
	return NULL;
}

/* The end of the text before `lo`, without blanks, and with `breaks` without line breaks; *n: how many bytes of the
   line are there. */
static const char *before(const struct parse *p, uint32_t lo, int breaks, size_t *n)
{
	const char *s = p->text + (lo - p->src->base), *line;

	while (s > p->text && (s[-1] == ' ' || s[-1] == '\t' || (breaks && (s[-1] == '\n' || s[-1] == '\r'))))
		s--;
	for (line = s; line > p->text && line[-1] != '\n'; line--)
		;
	*n = (size_t)(s - line);
	return s;
}

static int is_inside(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static int ends_with_word(const char *s, size_t n, const char *word)
{
	const size_t len = strlen(word);

	return n >= len && !memcmp(s - len, word, len) && (n == len || !is_inside(s[-(long)len - 1]));
}

static int expects(const struct expected *e, const char *name)
{
	for (int i = 0; i < e->n; i++)
		if (!strcmp(e->name[i], name))
			return 1;
	return 0;
}

static int starts_value(int kind)
{
	return kind == T_NAME || kind == T_NUMBER || kind == T_STRING || kind == T_STRING_BEGIN || kind == '{'
		|| kind == '[';
}

/* A number and a `%` right behind it: its length, or 0. */
static size_t percentage(const char *s, size_t n)
{
	size_t k = 1;

	if (n < 2 || s[-1] != '%')
		return 0;
	while (k < n && ((s[-(long)k - 1] >= '0' && s[-(long)k - 1] <= '9') || s[-(long)k - 1] == '.'))
		k++;
	return k > 1 ? k : 0;
}

/* Does the file begin with this token, and as YAML or JSON does? */
static int begins_yaml(const struct parse *p, const char *here)
{
	static const char *const heads[] = { "apiVersion:", "kind:", "metadata:", "spec:", "items:", "---", "{" };
	const char *s = p->text;

	while (s < here && (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n' || *s == '#'))
		s += *s == '#' ? strcspn(s, "\n") : 1;
	for (size_t i = 0; s == here && i < sizeof heads / sizeof *heads; i++)
		if (!strncmp(here, heads[i], strlen(heads[i])))
			return 1;
	return 0;
}

/* <<WORD to a line that is WORD: nothing in it is source. */
static void heredoc(struct parse *p, const char *here, struct diag *d)
{
	const char *end = p->text + p->src->len, *word = here + 2, *line = memchr(here, '\n', (size_t)(end - here));
	size_t n;

	word += *word == '-' || *word == '~';
	for (n = 0; is_inside(word[n]); n++)
		;
	diag_help(p->diags, d, "text of several lines stands between \"\"\" and \"\"\"");
	for (; n && line && line < end; line = memchr(line + 1, '\n', (size_t)(end - line - 1))) {
		const char *s = line + 1 + strspn(line + 1, " \t");

		if ((size_t)(end - s) >= n && !memcmp(s, word, n) && !is_inside(s[n])) {
			p->quiet = p->mute = p->src->base + (uint32_t)(s + n + 1 - p->text);
			return;
		}
	}
}

/* In the head of a declaration: its name, its type, the arrow of a function. */
static int declaration_habit(
	struct parse *p, const struct token *t, const struct expected *e, struct diag *d, const char *s, size_t n)
{
	const char *help = NULL;
	const int head = p->first.kind;

	if (head == T_COMPONENT && (t->kind == T_STRING || t->kind == T_STRING_BEGIN) && p->nth == 2)
		help = "names stand without quotes: component NAME : KIND { ... }";
	else if (head == T_COMPONENT && t->kind == T_NAME && p->nth == 3 && expects(e, "':'"))
		help = "the kind stands behind a colon: component NAME : KIND { ... }";
	else if (head == T_COMPONENT && t->kind == T_NL && expects(e, "'{'"))
		help = "settings stand in braces, also where there are none: { }";
	else if (head == T_PARAM && t->kind == '=' && expects(e, "':'"))
		help = "a param says its type: param NAME : TYPE = DEFAULT";
	else if (head == T_FN && t->kind == '-' && p->text[t->span.hi - p->src->base] == '>')
		help = "the type of the result stands behind a colon: fn NAME(x : T) : T = EXPRESSION";
	else if (head == T_FN && t->kind == '{')
		help = "what a function gives is an expression: fn NAME(x : T) : T = EXPRESSION";
	else if (t->kind == '>' && n && s[-1] == '=')
		help = "functions are no values; a list is made by [for x in LIST: EXPRESSION]";
	else if (t->kind == T_FOR && expects(e, "']'"))
		help = "a list from another is written [for x in LIST: EXPRESSION]";
	else if ((t->kind == T_NAME || t->kind == T_STRING) && expects(e, "..") && n && s[-1] == '(')
		help = "a list is [T], a map is {name: T}, what may be missing is T?";
	else if (t->kind == '<' && (ends_with_word(s, n, "map") || ends_with_word(s, n, "list")))
		help = "a list is [T], a map is {name: T}, what may be missing is T?";
	else if (expects(e, "'('") && ends_with_word(s, n, "existing"))
		help = "say under which name: from existing(\"NAME\")";
	else if (t->kind == '.' && expects(e, "':'") && !expects(e, "'='"))
		help = "records lie in each other: a: { b: VALUE }";
	else if (t->kind == T_NUMBER && n > 2 && s[-1] == '.' && s[-2] >= '0' && s[-2] <= '9' && strchr("vV", s[-3]))
		help = "versions are written without a letter: 1.30";
	if (help)
		diag_help(p->diags, d, "%s", help);
	return help != NULL;
}

void parse_habit(struct parse *p, const struct token *t, const struct expected *e, struct diag *d)
{
	const char *here = p->text + (t->span.lo - p->src->base);
	size_t n, len;
	const char *s = before(p, t->span.lo, expects(e, "','"), &n);

	if (begins_yaml(p, here)) {
		diag_help(p->diags, d, "this is YAML: `mlopsc import FILE` makes source of it, use \"FILE\" takes it in as it is");
		p->quiet = p->mute = UINT32_MAX;         /* no line of it is source */
		return;
	}
	if (t->kind == '-' && p->nth == 1 && (here[1] == ' ' || here[1] == '\t'))
		diag_help(p->diags, d, "a list stands in brackets: NAME = [A, B]");
	if (t->kind == '<' && here[1] == '<')
		heredoc(p, here, d);
	if (d->help || d->fix)
		return;
	if (declaration_habit(p, t, e, d, s, n))
		return;
	if (t->kind == '?')
		diag_help(p->diags, d, "a choice is written: if CONDITION then A else B");
	else if (t->kind == '/' && here[1] == '*')
		diag_help(p->diags, d, "a comment starts with `#`");
	else if (t->kind == '+' && n && s[-1] == '+')
		diag_help(p->diags, d, "texts and lists are joined with one `+`");
	else if (t->kind == T_EQ && expects(e, "'='"))
		diag_fix(p->diags, d, t->span, "=");
	else if (t->kind == ',' && expects(e, "the end of the line"))
		diag_help(p->diags, d, "statements end with the line, or with `;`");
	else if (ends_with_word(s, n, "not"))
		diag_help(p->diags, d, "`not` is written `!`, before a name, a call or what stands in `(` and `)`");
	else if ((len = percentage(s, n)))
		diag_help(p->diags, d, "a percentage is text: \"%.*s\"", (int)len, s - len);
	else if (expects(e, "else") && t->kind == T_NL && p->first.kind == T_CHECK)
		diag_help(p->diags, d, "say what is wrong: check CONDITION else \"message\"");
	else if (expects(e, "else") && t->kind == T_NL)
		diag_help(p->diags, d, "each choice has both sides: if CONDITION then A else B; nothing is `none`");
	else if (expects(e, "because"))
		diag_help(p->diags, d, "say why: allow NAME because \"the reason\"");
	else if (expects(e, "on") && (t->kind == '=' || t->kind == ':'))
		diag_fix(p->diags, d, t->span, "on");
	else if (t->kind == T_NUMBER && ends_with_word(s, n, "node"))
		diag_help(p->diags, d, "write node(%.*s)", (int)(t->span.hi - t->span.lo), here);
	else if (t->kind == T_NAME && p->first.kind == T_USE && p->nth == 2) {
		for (len = 0; is_inside(here[len]) || here[len] == '.' || here[len] == '/'; len++)
			;
		diag_help(p->diags, d, "a path stands in quotes: use \"%.*s\"", (int)len, here);
	} else if (t->kind == T_FOR && p->nth == 1 && expects(e, "stack"))
		diag_help(p->diags, d,
			"components from a list are a family: component NAME : KIND for x in LIST { name = x }");
	else if (expects(e, "','") && (expects(e, "']'") || expects(e, "')'")) && starts_value(t->kind) && n &&
		(is_inside(s[-1]) || s[-1] == '"' || s[-1] == '}' || s[-1] == ']' || s[-1] == ')'))
		diag_help(p->diags, d, "a comma stands between two %s", expects(e, "']'") ? "items" : "arguments");
}
