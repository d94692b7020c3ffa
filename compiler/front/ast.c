/* Walks over the syntax tree that every user of it needs: names of tags, a dump for golden tests, equality for the laws
   of the formatter. */
#include "front/ast.h"
#include <string.h>

const char *ast_tag_name(enum ast_tag tag)
{
	static const char *const names[AST_NTAGS] = {
		[AST_ERROR] = "error",
		[AST_NUMBER] = "number",
		[AST_STRING] = "string",
		[AST_INTERP] = "interp",
		[AST_BOOL] = "bool",
		[AST_NONE] = "none",
		[AST_NAME] = "name",
		[AST_FIELD] = "field",
		[AST_INDEX] = "index",
		[AST_CALL] = "call",
		[AST_ARG] = "arg",
		[AST_UNARY] = "unary",
		[AST_BINARY] = "binary",
		[AST_IF] = "if",
		[AST_LIST] = "list",
		[AST_LISTFOR] = "listfor",
		[AST_OBJECT] = "object",
		[AST_ENTRY] = "entry",
		[AST_SPREAD] = "spread",
		[AST_EFOR] = "entry-for",
		[AST_EIF] = "entry-if",
		[AST_TNAME] = "type-name",
		[AST_TSTRING] = "type-string",
		[AST_TLIST] = "type-list",
		[AST_TRECORD] = "type-record",
		[AST_TUNION] = "type-union",
		[AST_TOPTIONAL] = "type-optional",
		[AST_FIELDDEF] = "field-def",
		[AST_FILE] = "file",
		[AST_STACK] = "stack",
		[AST_USE] = "use",
		[AST_CATALOG] = "catalog",
		[AST_PARAM] = "param",
		[AST_LET] = "let",
		[AST_SECRET] = "secret",
		[AST_KEY] = "key",
		[AST_COMPONENT] = "component",
		[AST_DRIFT] = "drift",
		[AST_ENV] = "env",
		[AST_CHECK] = "check",
		[AST_ALLOW] = "allow",
		[AST_FN] = "fn",
		[AST_KIND] = "kind",
		[AST_INTERFACE] = "interface",
		[AST_DETECTOR] = "detector",
		[AST_RULE] = "rule",
		[AST_SET] = "set",
		[AST_ASSIGN] = "assign",
		[AST_EXPOSE] = "expose",
		[AST_PATCH] = "patch",
		[AST_VALUES] = "values",
		[AST_ALERT] = "alert",
		[AST_DROP] = "drop",
		[AST_SETTING] = "setting",
		[AST_GIVES] = "gives",
		[AST_NEEDS] = "needs",
		[AST_COLLECTS] = "collects",
		[AST_OFFERS] = "offers",
		[AST_CLAIMS] = "claims",
		[AST_RISK] = "risk",
		[AST_PORT] = "port",
		[AST_RUNS] = "runs",
		[AST_EXPORTS] = "exports",
		[AST_MANIFEST] = "manifest",
		[AST_RELEASE] = "release",
		[AST_CONFIG] = "config",
		[AST_KIF] = "kind-if",
		[AST_KFOR] = "kind-for",
		[AST_BLOCK] = "block",
	};

	return (unsigned)tag < AST_NTAGS && names[tag] ? names[tag] : "?";
}

static void dump_text(struct buf *out, const char *s, size_t n)
{
	size_t i;

	buf_addc(out, '"');
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_addf(out, "\\x%02x", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

static void dump(const struct ast *n, struct buf *out, unsigned depth)
{
	static const char *const ops[] = { "||", "&&", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/",
		"%" };
	static const struct { unsigned bit; const char *word;
	} flags[] = {
		{ AST_F_OPTIONAL, "optional" },
		{ AST_F_BLOCK, "block" },
		{ AST_F_RANGE, "range" },
		{ AST_F_ALIAS, "alias" },
		{ AST_F_PARAMS, "params" },
		{ AST_F_STRING, "string" },
		{ AST_F_QUOTED, "quoted" },
	};
	unsigned i;

	for (i = 0; i < depth; i++)
		buf_adds(out, "  ");
	if (!n) {
		buf_adds(out, "-\n");
		return;
	}
	buf_adds(out, ast_tag_name(n->tag));
	if (n->tag == AST_BOOL)
		buf_adds(out, n->op ? " true" : " false");
	else if (n->tag == AST_UNARY)
		buf_addf(out, " %c", n->op);
	else if (n->tag == AST_BINARY)
		buf_addf(out, " %s", ops[n->op]);
	if (n->tag == AST_STRING) {
		buf_addc(out, ' ');
		dump_text(out, n->name->text, n->name->len);
	} else if (n->name) {
		buf_addc(out, ' ');
		if (n->tag == AST_TSTRING || n->tag == AST_USE || n->flags & (AST_F_QUOTED | AST_F_STRING))
			dump_text(out, n->name->text, n->name->len);
		else
			buf_add(out, n->name->text, n->name->len);
	} else if (ast_is_long(n->tag) && n->name2) {
		buf_adds(out, " -");
	}
	if (ast_is_long(n->tag) && n->name2) {
		buf_addc(out, ' ');
		if (n->tag == AST_ALLOW)
			dump_text(out, n->name2->text, n->name2->len);
		else
			buf_add(out, n->name2->text, n->name2->len);
	}
	if (ast_is_long(n->tag) && n->name3)
		buf_addf(out, " %s", n->name3->text);
	for (i = 0; i < sizeof flags / sizeof *flags; i++)
		if (n->flags & flags[i].bit)
			buf_addf(out, " [%s]", flags[i].word);
	if (ast_has_doc(n->tag) && n->doc) {
		buf_adds(out, " doc ");
		dump_text(out, n->doc, strlen(n->doc));
	}
	buf_addc(out, '\n');
	for (i = 0; i < n->nkids; i++)
		dump(n->kids[i], out, depth + 1);
}

void ast_dump(const struct ast *n, const struct sources *s, struct buf *out)
{
	(void)s;
	dump(n, out, 0);
}

/* Atoms of the two trees may come from different tables. */
static int same_name(const struct atom *a, const struct atom *b)
{
	return a == b || (a && b && a->len == b->len && !memcmp(a->text, b->text, a->len));
}

int ast_equal(const struct ast *a, const struct ast *b)
{
	const unsigned meaning = AST_F_OPTIONAL | AST_F_RANGE | AST_F_ALIAS | AST_F_PARAMS | AST_F_STRING;
	uint32_t i;

	if (!a || !b)
		return a == b;
	if (a->tag != b->tag || a->op != b->op || a->nkids != b->nkids || (a->flags & meaning) != (b->flags & meaning)
	    || !same_name(a->name, b->name))
		return 0;
	if (ast_is_long(a->tag) && (!same_name(a->name2, b->name2) || !same_name(a->name3, b->name3)))
		return 0;
	for (i = 0; i < a->nkids; i++)
		if (!ast_equal(a->kids[i], b->kids[i]))
			return 0;
	return 1;
}
