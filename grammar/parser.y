/* Tokens to syntax tree, and nothing else: an action makes one node, it looks nothing up and evaluates nothing.

   Lists are left-recursive; their items wait on a stack (`nodes` of struct parse) and are copied into the node that owns
   them when it is made, so that a list of a million items takes no more of bison's stack than one of two. The value of
   a list is where it begins on that stack.

   Everything between `{` and `}` ends with a separator: mlops_yylex() puts a line break before a `}` where there is
   none. So every list in braces has the same place to find itself again after a mistake: the next separator. While
   that search lasts, mlops_yylex() leaves out what is nested in brackets. A declaration whose head is broken is found
   again at its `{`, so that mistakes in its block are found too. This depends on parse.lac: `error` at the end of a rule
   is only reduced when what follows can be shifted. */
%define api.prefix {mlops_yy}
%define api.pure full
%define api.token.prefix {T_}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%expect 0
%param {struct parse *p}

%code requires {
#include "front/ast.h"
struct parse;
}
%union {
	const struct atom *atom;
	struct ast *node;
	uint32_t from;
	int n;
}
%code {
#include "front/parse_state.h"
#include <stdlib.h>
#include <string.h>

#define YYMAXDEPTH 20000
#define YYLLOC_DEFAULT(cur, rhs, n) do { \
	if (n) { \
		(cur).lo = YYRHSLOC(rhs, 1).lo; \
		(cur).hi = YYRHSLOC(rhs, n).hi; \
	} else { \
		(cur).lo = (cur).hi = YYRHSLOC(rhs, 0).hi; \
	} \
} while (0)

#define NONE UINT32_MAX                 /* no list */
#define MAKE0(tag) make(p, tag, yyloc, 0, NULL, NULL, NULL, NONE)
#define MAKE1(tag, a) make(p, tag, yyloc, 1, a, NULL, NULL, NONE)
#define MAKE2(tag, a, b) make(p, tag, yyloc, 2, a, b, NULL, NONE)
#define MAKE3(tag, a, b, c) make(p, tag, yyloc, 3, a, b, c, NONE)
#define LIST0(tag, from) make(p, tag, yyloc, 0, NULL, NULL, NULL, from)
#define LIST1(tag, a, from) make(p, tag, yyloc, 1, a, NULL, NULL, from)
#define LIST2(tag, a, b, from) make(p, tag, yyloc, 2, a, b, NULL, from)
/* an item of a list; what did not parse is left out */
#define ITEM(n) do { if ((n)->tag != AST_ERROR) parse_push(p, n); else FOUND; } while (0)
/* the parser has its place again */
#define FOUND do { yyerrok; parse_recovered(p); if (diag_full(p->diags)) YYABORT; } while (0)

static inline struct ast *make(struct parse *p, enum ast_tag tag, struct span at, uint32_t nfixed, struct ast *a,
	struct ast *b, struct ast *c, uint32_t from)
{
	uint32_t nlist = from == NONE ? 0 : p->nodes.n - from, n = nfixed + nlist, i;
	size_t size = ast_size(tag);
	struct ast *x = parse_node(p, size + n * sizeof *x->kids);
	uint32_t depth = 0;

	x->tag = (uint8_t)tag;
	x->span = at;
	if (n) {
		x->kids = (struct ast **)((char *)x + size);
		x->nkids = n;
		if (nfixed > 0)
			x->kids[0] = a;
		if (nfixed > 1)
			x->kids[1] = b;
		if (nfixed > 2)
			x->kids[2] = c;
		for (i = 0; i < nlist; i++)
			x->kids[nfixed + i] = p->nodes.v[from + i];
		for (i = 0; i < n; i++)
			if (x->kids[i] && x->kids[i]->bind_depth >= depth && x->kids[i]->tag != AST_NAME)
				depth = x->kids[i]->bind_depth + 1u;
		if (nlist)
			p->nodes.n = from;
		/* bind_depth is for names; on the way up it holds the height of everything else */
		x->bind_depth = (uint16_t)depth;
		if (depth > PARSE_MAX_NODES)
			return parse_too_deep(p, at);
	}
	return x;
}
static inline struct ast *leaf(struct parse *p, enum ast_tag tag, const struct atom *name, struct span at)
{
	struct ast *x = make(p, tag, at, 0, NULL, NULL, NULL, NONE);

	x->name = name;
	return x;
}
/* What is no name in the source, and was made one, keeps a node of its own for its place. */
static inline struct ast *assign(struct parse *p, const struct atom *name, struct span at, struct ast *value, struct span all)
{
	struct ast *x;

	if (at.hi - at.lo != name->len)
		return make(p, AST_SET, all, 2, leaf(p, AST_NAME, name, at), value, NULL, NONE);
	x = make(p, AST_ASSIGN, all, 1, value, NULL, NULL, NONE);
	x->name = name;
	return x;
}
static struct ast *value(struct parse *p, const struct setting_line *l)
{
	switch (l->kind) {
	case T_NUMBER: return leaf(p, AST_NUMBER, l->value, l->value_at);
	case T_STRING: return leaf(p, AST_STRING, l->value, l->value_at);
	default: return leaf(p, AST_NAME, l->value, l->value_at);
	}
}
static void settings(struct parse *p)
{
	uint32_t i;

	for (i = 0; i < p->lines.n; i++) {
		const struct setting_line *l = &p->lines.v[i];

		parse_push(p, assign(p, l->name, l->name_at, value(p, l), span_join(l->name_at, l->value_at)));
	}
}
static struct ast *named(struct ast *x, const struct atom *name, struct span at)
{
	x->name = name;
	x->name_span = at;
	return x;
}
static struct ast *named2(struct ast *x, const struct atom *name, struct span at)
{
	x->name2 = name;
	x->name2_span = at;
	return x;
}
static struct ast *flag(struct ast *x, unsigned flags)
{
	x->flags |= (uint16_t)flags;
	return x;
}
static struct ast *op(struct ast *x, int o)
{
	x->op = (uint8_t)o;
	return x;
}
static unsigned multiline(const struct parse *p, struct span open)
{
	return parse_multiline(p, open) ? AST_F_MULTILINE : 0;
}
static unsigned quoted(const struct parse *p, struct span at)
{
	return p->text[at.lo - p->src->base] == '"' || p->text[at.lo - p->src->base] == '\'' ? AST_F_QUOTED : 0;
}
static void mlops_yyerror(struct span *at, struct parse *p, const char *msg);
}

%token NL "the end of the line" YYEOF 0 "the end of the file"
%token START_FILE START_EXPR
%token SETTINGS
%token <atom> NAME "a name" KEY "a key" NUMBER "a number" STRING "text"
%token STRING_BEGIN "the beginning of a text" STRING_END "the end of the text" TEXT "a piece of text"
%token INTERP "${" INTERP_END "the `}` of `${`"
%token EQ "==" NE "!=" LE "<=" GE ">=" AND "&&" OR "||" DOTDOT ".." ELLIPSIS "..."
/* The only list of words. First those that begin a statement, from stack to risk; then the reserved ones. */
%token <atom>
	STACK "stack" USE "use" CATALOG "catalog" PARAM "param" LET "let" SECRET "secret" COMPONENT "component" DRIFT "drift"
	ENV "env" CHECK "check" FN "fn" KIND "kind" INTERFACE "interface" DETECTOR "detector" RULE "rule" ALLOW "allow"
	EXPOSE "expose" PATCH "patch" VALUES "values" ALERT "alert" DROP "drop"
	GIVES "gives" NEEDS "needs" COLLECTS "collects" PORT "port" RUNS "runs" EXPORTS "exports" MANIFEST "manifest"
	RELEASE "release" CONFIG "config" OFFERS "offers" CLAIMS "claims" RISK "risk"
	IF "if" THEN "then" ELSE "else" FOR "for" IN "in" ON "on" FROM "from" BECAUSE "because" WHEN "when" WARN "warn"
	NONE "none" TRUE "true" FALSE "false"

%precedence LOW
%left OR
%left AND
%nonassoc EQ NE '<' LE '>' GE IN
%left '+' '-'
%left '*' '/' '%'
%precedence UNARY
%token '{' '}' ':' '=' '('        /* in the order in which a message names what was expected */
%precedence '.' '[' '('

%type <from> decls stack_items rows keys key_block bad_key_block statements drift_items env_items kind_items outputs
	rule_items detector_items fields params param_list args arg_list elements element_list entries gift_items parts alts targets thens
	risk_flags risk_flag_list
%type <node> decl stack use catalog param let secret component reopen drift env check fn kind interface detector rule allow
	stack_item row secret_key setting statement expose patch values alert drift_item env_item member output output_if
	rule_item rule_if detector_item field typed expr operand arg string text list object gift entry entry_if path dotted root target call type alt
	base bound opt_type opt_default opt_for opt_cure opt_from family block rule_block bad_block
%type <atom> name key word

%destructor { p->nodes.n = $$; } <from>

%%

source
	: START_FILE decls              { p->result = LIST0(AST_FILE, $2); }
	| START_EXPR expr NL            { p->result = $2; }
	;
decls
	: %empty                        { $$ = p->nodes.n; }
	| decls decl NL                 { $$ = $1; ITEM($2); p->ndecls = p->nodes.n; }
	| decls error NL                { $$ = $1; FOUND; }
	;
decl
	: stack | use | catalog | param | let | secret | component | drift | env | check | fn | kind | interface | detector
	| rule | allow
	;

/* -- declarations */

stack
	: STACK name '{' stack_items '}'        { $$ = parse_done(p, named(LIST0(AST_STACK, $4), $2, @2)); }
	| STACK error open stack_items '}'      { $$ = LIST0(AST_ERROR, $4); }
	| STACK error                           { $$ = MAKE0(AST_ERROR); }
	;
stack_items
	: %empty                        { $$ = p->nodes.n; }
	| stack_items stack_item NL     { $$ = $1; ITEM($2); }
	| stack_items error NL          { $$ = $1; FOUND; }
	;
stack_item
	: setting | allow
	;
use
	: USE STRING                    { $$ = parse_done(p, named(MAKE0(AST_USE), $2, @2)); }
	;
catalog
	: CATALOG word '{' rows '}'             { $$ = parse_done(p, named(LIST0(AST_CATALOG, $4), $2, @2)); }
	| CATALOG word ':' word '{' rows '}'    { $$ = parse_done(p, named2(named(LIST0(AST_CATALOG, $6), $2, @2), $4, @4)); }
	| CATALOG error open rows '}'           { $$ = LIST0(AST_ERROR, $4); }
	| CATALOG error                         { $$ = MAKE0(AST_ERROR); }
	;
word
	: name | NUMBER
	;
rows
	: %empty                        { $$ = p->nodes.n; }
	| rows row NL                   { $$ = $1; ITEM($2); }
	| rows error NL                 { $$ = $1; FOUND; }
	;
row
	: name[n] '=' expr[v]           { $$ = parse_done(p, MAKE2(AST_SET, leaf(p, AST_NAME, $n, @n), $v)); }
	;
param
	: PARAM name ':' type opt_default       { $$ = parse_done(p, named(MAKE2(AST_PARAM, $4, $5), $2, @2)); }
	;
let
	: LET name opt_type '=' expr            { $$ = parse_done(p, named(MAKE2(AST_LET, $3, $5), $2, @2)); }
	;
secret
	: SECRET name key_block opt_from        { $$ = parse_done(p, named(LIST1(AST_SECRET, $4, $3), $2, @2)); }
	| SECRET bad_key_block opt_from         { $$ = LIST0(AST_ERROR, $2); }
	| SECRET error                          { $$ = MAKE0(AST_ERROR); }
	;
/* of their own, so that a mistake behind the `}` is not looked for in the keys */
key_block
	: '{' keys '}'                          { $$ = $2; }
	;
bad_key_block
	: error open keys '}'                   { $$ = $3; }
	;
opt_from
	: %empty                        { $$ = NULL; }
	| FROM call                     { $$ = $2; }
	;
keys
	: %empty                        { $$ = p->nodes.n; }
	| keys secret_key sep           { $$ = $1; ITEM($2); }
	| keys error sep                { $$ = $1; FOUND; }
	;
secret_key
	: key opt_default               { $$ = parse_done(p, flag(named(MAKE1(AST_KEY, $2), $1, @1), quoted(p, @1))); }
	;
component
	: COMPONENT name ':' name family '{' statements '}' {
		$$ = parse_done(p, named2(named(LIST1(AST_COMPONENT, $5, $7), $2, @2), $4, @4));
		parse_family($$, $5);
	}
	| COMPONENT name '=' name family '{' statements '}' {
		$$ = parse_done(p, named2(named(LIST1(AST_COMPONENT, $5, $7), $2, @2), $4, @4));
		parse_family($$, $5);
		diag_fix(p->diags, diag_error(p->diags, @3, D_COMPONENT_EQUALS), @3, ":");
	}
	| COMPONENT error open statements '}'   { $$ = LIST0(AST_ERROR, $4); }
	| COMPONENT error                       { $$ = MAKE0(AST_ERROR); }
	;
family
	: %empty                        { $$ = NULL; }
	| FOR name IN expr              { $$ = named(MAKE1(AST_LIST, $4), $2, @2); }
	;
reopen
	: COMPONENT name '{' statements '}' { $$ = parse_done(p, named(LIST1(AST_COMPONENT, NULL, $4), $2, @2)); }
	;
drift
	: DRIFT name ON path '{' drift_items '}' { $$ = parse_done(p, named(LIST1(AST_DRIFT, $4, $6), $2, @2)); }
	| DRIFT error open drift_items '}'       { $$ = LIST0(AST_ERROR, $4); }
	| DRIFT error                            { $$ = MAKE0(AST_ERROR); }
	;
drift_items
	: %empty                        { $$ = p->nodes.n; }
	| drift_items drift_item NL     { $$ = $1; ITEM($2); }
	| drift_items SETTINGS          { $$ = $1; settings(p); }
	| drift_items error NL          { $$ = $1; FOUND; }
	;
drift_item
	: statement | alert
	;
env
	: ENV name '{' env_items '}'    { $$ = parse_done(p, named(LIST0(AST_ENV, $4), $2, @2)); }
	| ENV error open env_items '}'  { $$ = LIST0(AST_ERROR, $4); }
	| ENV error                     { $$ = MAKE0(AST_ERROR); }
	;
env_items
	: %empty                        { $$ = p->nodes.n; }
	| env_items env_item NL         { $$ = $1; ITEM($2); }
	| env_items error NL            { $$ = $1; FOUND; }
	;
env_item
	: setting | component | reopen | drift | allow
	| DROP name                     { $$ = parse_done(p, named(MAKE0(AST_DROP), $2, @2)); }
	;
check
	: CHECK expr ELSE expr                  { $$ = parse_done(p, MAKE2(AST_CHECK, $2, $4)); }
	| CHECK expr ELSE WARN name expr        { $$ = parse_done(p, named(MAKE2(AST_CHECK, $2, $6), $5, @5)); }
	| CHECK expr ELSE NAME name expr {      /* `error` is no word of the language elsewhere */
		$$ = parse_done(p, flag(named(MAKE2(AST_CHECK, $2, $6), $5, @5), AST_F_ERROR));
		if (strcmp($4->text, "error"))
			diag_fix(p->diags, diag_error(p->diags, @4, D_SYNTAX, arena_printf(p->arena, "`%s`", $4->text), "`error`, `warn` or a message"), @4, "%s",
				*$4->text == 'w' ? "warn" : "error");
	}
	;
allow
	: ALLOW name BECAUSE string {
		$$ = parse_done(p, named2(named(MAKE0(AST_ALLOW), $2, @2), $4->name, @4));
		if ($4->tag != AST_STRING) {
			diag_error(p->diags, @4, D_SYNTAX, "`${`", "plain text");
			$$ = MAKE0(AST_ERROR);
		} else if (strspn($4->name->text, " \t\n") == $4->name->len) {
			diag_help(p->diags, diag_error(p->diags, @4, D_SYNTAX, "an empty text", "a reason"),
				"write why: whoever reviews this has to know");
		}
	}
	;
fn
	: FN name '(' params ')' opt_type '=' expr { $$ = parse_done(p, named(LIST2(AST_FN, $6, $8, $4), $2, @2)); }
	;
kind
	: KIND name '{' kind_items '}'          { $$ = parse_done(p, named(LIST0(AST_KIND, $4), $2, @2)); }
	| KIND name ':' name '{' kind_items '}' { $$ = parse_done(p, named2(named(LIST0(AST_KIND, $6), $2, @2), $4, @4)); }
	| KIND error open kind_items '}'        { $$ = LIST0(AST_ERROR, $4); }
	| KIND error                            { $$ = MAKE0(AST_ERROR); }
	;
interface
	: INTERFACE name '{' fields '}' { $$ = parse_done(p, named(LIST0(AST_INTERFACE, $4), $2, @2)); }
	| INTERFACE error open fields '}' { $$ = LIST0(AST_ERROR, $4); }
	| INTERFACE error               { $$ = MAKE0(AST_ERROR); }
	;
detector
	: DETECTOR name '{' detector_items '}'  { $$ = parse_done(p, named(LIST0(AST_DETECTOR, $4), $2, @2)); }
	| DETECTOR error open detector_items '}' { $$ = LIST0(AST_ERROR, $4); }
	| DETECTOR error                        { $$ = MAKE0(AST_ERROR); }
	;
detector_items
	: %empty                        { $$ = p->nodes.n; }
	| detector_items detector_item NL { $$ = $1; ITEM($2); }
	| detector_items error NL       { $$ = $1; FOUND; }
	;
detector_item
	: typed | let | check
	;
rule
	: RULE name FOR name IN name '{' rule_items '}' {
		$$ = parse_done(p, named2(named(LIST0(AST_RULE, $8), $2, @2), $4, @4));
		$$->name3 = $6;
	}
	| RULE error open rule_items '}'        { $$ = LIST0(AST_ERROR, $4); }
	| RULE error                            { $$ = MAKE0(AST_ERROR); }
	;
rule_items
	: %empty                        { $$ = p->nodes.n; }
	| rule_items rule_item NL       { $$ = $1; ITEM($2); }
	| rule_items error NL           { $$ = $1; FOUND; }
	;
rule_item
	: check | let | rule_if
	| FOR name IN expr rule_block   { $$ = parse_done(p, named(MAKE2(AST_KFOR, $4, $5), $2, @2)); }
	| FOR name ',' name IN expr rule_block {
		$$ = parse_done(p, named2(named(MAKE2(AST_KFOR, $6, $7), $2, @2), $4, @4));
	}
	| FOR error open rule_items '}' { $$ = LIST0(AST_ERROR, $4); }
	| FOR error                     { $$ = MAKE0(AST_ERROR); }
	;
rule_if
	: IF expr rule_block            { $$ = parse_done(p, MAKE3(AST_KIF, $2, $3, NULL)); }
	| IF expr rule_block ELSE rule_block { $$ = parse_done(p, MAKE3(AST_KIF, $2, $3, $5)); }
	| IF expr rule_block ELSE rule_if {
		$$ = parse_done(p, MAKE3(AST_KIF, $2, $3, make(p, AST_BLOCK, @5, 1, $5, NULL, NULL, NONE)));
	}
	| IF error open rule_items '}'  { $$ = LIST0(AST_ERROR, $4); }
	| IF error                      { $$ = MAKE0(AST_ERROR); }
	;
rule_block
	: '{' rule_items '}'            { $$ = LIST0(AST_BLOCK, $2); }
	;

/* -- statements of components, drifts and envs */

statements
	: %empty                        { $$ = p->nodes.n; }
	| statements statement NL       { $$ = $1; ITEM($2); }
	| statements SETTINGS           { $$ = $1; settings(p); }
	| statements error NL           { $$ = $1; FOUND; }
	;
statement
	: NAME '=' expr                 { $$ = parse_done(p, assign(p, $1, @1, $3, yyloc)); }
	| KEY '=' expr                  { $$ = parse_done(p, MAKE2(AST_SET, leaf(p, AST_NAME, parse_not_a_name(p, @1, $1), @1), $3)); }
	| dotted '=' expr               { $$ = parse_done(p, MAKE2(AST_SET, $1, $3)); }
	| expose | patch | values | allow | check
	;
setting
	: path '=' expr                 { $$ = parse_done(p, MAKE2(AST_SET, $1, $3)); }
	;
path
	: NAME                          { $$ = leaf(p, AST_NAME, $1, @1); }
	| KEY                           { $$ = leaf(p, AST_NAME, parse_not_a_name(p, @1, $1), @1); }
	| dotted
	;
dotted
	: root '.' key                  { $$ = flag(named(MAKE1(AST_FIELD, $1), $3, @3), quoted(p, @3)); }
	| root '[' expr ']'             { $$ = MAKE2(AST_INDEX, $1, $3); }
	;
root
	: NAME                          { $$ = leaf(p, AST_NAME, $1, @1); }
	| KEY                           { $$ = leaf(p, AST_NAME, parse_not_a_name(p, @1, $1), @1); }
	| dotted
	;
expose
	: EXPOSE name ON target         { $$ = parse_done(p, named(MAKE1(AST_EXPOSE, $4), $2, @2)); }
	;
target
	: name                          { $$ = leaf(p, AST_NAME, $1, @1); }
	| call
	;
call
	: name '(' args ')' {
		$$ = flag(LIST1(AST_CALL, leaf(p, AST_NAME, $1, @1), $3), multiline(p, @2));
	}
	;
patch
	: PATCH name '(' expr ')' object { $$ = parse_done(p, named(MAKE2(AST_PATCH, $4, $6), $2, @2)); }
	| PATCH bad_block               { $$ = $2; }
	;
values
	: VALUES object                 { $$ = parse_done(p, MAKE1(AST_VALUES, $2)); }
	| VALUES name object            { $$ = parse_done(p, named(MAKE1(AST_VALUES, $3), $2, @2)); }
	| VALUES bad_block              { $$ = $2; }
	;
alert
	: ALERT name WHEN expr opt_for thens { $$ = parse_done(p, named(LIST2(AST_ALERT, $4, $5, $6), $2, @2)); }
	;
opt_for
	: %empty                        { $$ = NULL; }
	| FOR expr                      { $$ = $2; }
	;
thens
	: %empty                        { $$ = p->nodes.n; }
	| thens THEN call               { $$ = $1; ITEM($3); }
	;
/* the rest of a statement that ends with an object and has a mistake before it */
bad_block
	: error open entries '}'        { $$ = LIST0(AST_ERROR, $3); }
	| error                         { $$ = MAKE0(AST_ERROR); }
	;

/* -- members of kinds */

kind_items
	: %empty                        { $$ = p->nodes.n; }
	| kind_items member NL          { $$ = $1; ITEM($2); }
	| kind_items error NL           { $$ = $1; FOUND; }
	;
member
	: GIVES name gift               { $$ = parse_done(p, named(MAKE1(AST_GIVES, $3), $2, @2)); }
	| GIVES name '(' params ')' gift {
		$$ = parse_done(p, flag(named(LIST1(AST_GIVES, $6, $4), $2, @2), AST_F_PARAMS));
	}
	| GIVES name '=' path           { $$ = parse_done(p, flag(named(MAKE1(AST_GIVES, $4), $2, @2), AST_F_ALIAS)); }
	| GIVES bad_block               { $$ = $2; }
	| NEEDS name ':' type           { $$ = parse_done(p, named(MAKE1(AST_NEEDS, $4), $2, @2)); }
	| COLLECTS name ':' name        { $$ = parse_done(p, named2(named(MAKE0(AST_COLLECTS), $2, @2), $4, @4)); }
	| PORT name '=' expr            { $$ = parse_done(p, named(MAKE1(AST_PORT, $4), $2, @2)); }
	| PORT name '=' expr ON targets { $$ = parse_done(p, named(LIST1(AST_PORT, $4, $6), $2, @2)); }
	| typed
	| let
	| SECRET name key_block         { $$ = parse_done(p, named(LIST1(AST_SECRET, NULL, $3), $2, @2)); }
	| RUNS name ':' name            { $$ = parse_done(p, named2(named(MAKE1(AST_RUNS, NULL), $2, @2), $4, @4)); }
	| RUNS name ':' name object     { $$ = parse_done(p, named2(named(MAKE1(AST_RUNS, $5), $2, @2), $4, @4)); }
	| RUNS bad_block                { $$ = $2; }
	| EXPORTS name object           { $$ = parse_done(p, named(MAKE1(AST_EXPORTS, $3), $2, @2)); }
	| EXPORTS name '(' params ')' object {
		$$ = parse_done(p, flag(named(LIST1(AST_EXPORTS, $6, $4), $2, @2), AST_F_PARAMS));
	}
	| EXPORTS bad_block             { $$ = $2; }
	| RISK KEY risk_flags WHEN expr BECAUSE expr opt_cure {
		$$ = parse_done(p, named(make(p, AST_RISK, yyloc, 3, $5, $7, $8, $3), $2, @2));
	}
	| RISK bad_block                { $$ = $2; }
	| output
	;
risk_flags
	: %empty                        { $$ = p->nodes.n; }
	| risk_flag_list
	;
risk_flag_list
	: name                          { $$ = p->nodes.n; parse_push(p, leaf(p, AST_NAME, $1, @1)); }
	| risk_flag_list ',' name[n]    { $$ = $1; parse_push(p, leaf(p, AST_NAME, $n, @n)); }
	;
opt_cure
	: %empty                        { $$ = NULL; }
	| THEN expr                     { $$ = $2; }
	;
/* fields, and checks of what is asked for */
gift
	: '{' gift_items '}'            { $$ = flag(LIST0(AST_OBJECT, $2), multiline(p, @1)); }
	;
gift_items
	: %empty                        { $$ = p->nodes.n; }
	| gift_items entry sep          { $$ = $1; ITEM($2); }
	| gift_items check sep          { $$ = $1; ITEM($2); }
	| gift_items error sep          { $$ = $1; FOUND; }
	;
targets
	: name                          { $$ = p->nodes.n; parse_push(p, leaf(p, AST_NAME, $1, @1)); }
	| targets '|' name[n]           { $$ = $1; parse_push(p, leaf(p, AST_NAME, $n, @n)); }
	;
typed
	: name ':' type opt_default     { $$ = parse_done(p, named(MAKE2(AST_SETTING, $3, $4), $1, @1)); }
	;
outputs
	: %empty                        { $$ = p->nodes.n; }
	| outputs output NL             { $$ = $1; ITEM($2); }
	| outputs error NL              { $$ = $1; FOUND; }
	;
output
	: MANIFEST name '(' expr ')' object     { $$ = parse_done(p, named(MAKE2(AST_MANIFEST, $4, $6), $2, @2)); }
	| MANIFEST STRING '(' expr ')' object   { $$ = parse_done(p, flag(named(MAKE2(AST_MANIFEST, $4, $6), $2, @2), AST_F_STRING)); }
	| MANIFEST STRING_BEGIN parts STRING_END '(' expr ')' object {
		struct ast *text = parse_string(p, span_join(@2, @4), $3);
		$$ = parse_done(p, flag(text->tag == AST_STRING ? named(MAKE2(AST_MANIFEST, $6, $8), text->name, text->span)
			: MAKE3(AST_MANIFEST, $6, $8, text), AST_F_STRING)); }
	| MANIFEST bad_block            { $$ = $2; }
	| RELEASE operand object        { $$ = parse_done(p, MAKE2(AST_RELEASE, $2, $3)); }
	| RELEASE bad_block             { $$ = $2; }
	| CONFIG operand object         { $$ = parse_done(p, MAKE2(AST_CONFIG, $2, $3)); }
	| CONFIG bad_block              { $$ = $2; }
	| OFFERS name ON path object    { $$ = parse_done(p, named(MAKE2(AST_OFFERS, $4, $5), $2, @2)); }
	| OFFERS bad_block              { $$ = $2; }
	| CLAIMS expr                   { $$ = parse_done(p, MAKE1(AST_CLAIMS, $2)); }
	| check
	| component
	| output_if
	| FOR name IN expr block        { $$ = parse_done(p, named(MAKE2(AST_KFOR, $4, $5), $2, @2)); }
	| FOR name ',' name IN expr block {
		$$ = parse_done(p, named2(named(MAKE2(AST_KFOR, $6, $7), $2, @2), $4, @4));
	}
	| FOR error open outputs '}'    { $$ = LIST0(AST_ERROR, $4); }
	| FOR error                     { $$ = MAKE0(AST_ERROR); }
	;
/* an expression without an operator outside of brackets */
operand
	: expr {
		if (($1->tag == AST_IF || $1->tag == AST_BINARY || $1->tag == AST_UNARY) && !($1->flags & AST_F_PAREN))
			diag_help(p->diags, diag_error(p->diags, @1, D_SYNTAX, "an expression with an operator", "a value"),
				"write it in parentheses");
	}
	;
output_if
	: IF expr block                 { $$ = parse_done(p, MAKE3(AST_KIF, $2, $3, NULL)); }
	| IF expr block ELSE block      { $$ = parse_done(p, MAKE3(AST_KIF, $2, $3, $5)); }
	| IF expr block ELSE output_if {
		$$ = parse_done(p, MAKE3(AST_KIF, $2, $3, make(p, AST_BLOCK, @5, 1, $5, NULL, NULL, NONE)));
	}
	| IF error open outputs '}'     { $$ = LIST0(AST_ERROR, $4); }
	| IF error                      { $$ = MAKE0(AST_ERROR); }
	;
block
	: '{' outputs '}'               { $$ = LIST0(AST_BLOCK, $2); }
	;

/* -- types */

type
	: alt
	| alts                          { $$ = LIST0(AST_TUNION, $1); }
	;
alts
	: alt '|' alt[b]                { $$ = p->nodes.n; parse_push(p, $1); parse_push(p, $b); }
	| alts '|' alt                  { $$ = $1; parse_push(p, $3); }
	;
alt
	: base
	| base '?'                      { $$ = MAKE1(AST_TOPTIONAL, $1); }
	;
base
	: name                          { $$ = named(MAKE0(AST_TNAME), $1, @1); }
	| name '(' bound DOTDOT bound ')' { $$ = flag(named(MAKE2(AST_TNAME, $3, $5), $1, @1), AST_F_RANGE); }
	| STRING                        { $$ = named(MAKE0(AST_TSTRING), $1, @1); }
	| '[' type ']'                  { $$ = MAKE1(AST_TLIST, $2); }
	| '{' fields '}'                { $$ = flag(LIST0(AST_TRECORD, $2), multiline(p, @1)); }
	;
bound
	: %empty                        { $$ = NULL; }
	| NUMBER                        { $$ = leaf(p, AST_NUMBER, $1, @1); }
	| '-' NUMBER[n]                 { $$ = op(MAKE1(AST_UNARY, leaf(p, AST_NUMBER, $n, @n)), '-'); }
	;
fields
	: %empty                        { $$ = p->nodes.n; }
	| fields field sep              { $$ = $1; ITEM($2); }
	| fields error sep              { $$ = $1; FOUND; }
	;
field
	: key ':' type opt_default      { $$ = parse_done(p, flag(named(MAKE2(AST_FIELDDEF, $3, $4), $1, @1), quoted(p, @1))); }
	;
params
	: %empty                        { $$ = p->nodes.n; }
	| param_list
	| param_list ','
	;
param_list
	: field                         { $$ = p->nodes.n; parse_push(p, $1); }
	| param_list ',' field          { $$ = $1; parse_push(p, $3); }
	;
opt_type
	: %empty                        { $$ = NULL; }
	| ':' type                      { $$ = $2; }
	;
opt_default
	: %empty                        { $$ = NULL; }
	| '=' expr                      { $$ = $2; }
	;

/* -- expressions */

expr
	: IF expr THEN expr ELSE expr %prec LOW { $$ = MAKE3(AST_IF, $2, $4, $6); }
	| expr OR expr                  { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_OR); }
	| expr AND expr                 { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_AND); }
	| expr EQ expr                  { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_EQ); }
	| expr NE expr                  { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_NE); }
	| expr '<' expr                 { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_LT); }
	| expr LE expr                  { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_LE); }
	| expr '>' expr                 { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_GT); }
	| expr GE expr                  { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_GE); }
	| expr IN expr                  { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_IN); }
	| expr '+' expr                 { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_ADD); }
	| expr '-' expr                 { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_SUB); }
	| expr '*' expr                 { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_MUL); }
	| expr '/' expr                 { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_DIV); }
	| expr '%' expr                 { $$ = op(MAKE2(AST_BINARY, $1, $3), OP_MOD); }
	| '-' expr %prec UNARY          { $$ = op(MAKE1(AST_UNARY, $2), '-'); }
	| '!' expr %prec UNARY          { $$ = op(MAKE1(AST_UNARY, $2), '!'); }
	| NAME                          { $$ = leaf(p, AST_NAME, $1, @1); }
	| KEY                           { parse_not_a_name(p, @1, $1); $$ = MAKE0(AST_ERROR); }
	| NUMBER                        { $$ = leaf(p, AST_NUMBER, $1, @1); }
	| STRING                        { $$ = leaf(p, AST_STRING, $1, @1); }
	| text
	| TRUE                          { $$ = op(MAKE0(AST_BOOL), 1); }
	| FALSE                         { $$ = op(MAKE0(AST_BOOL), 0); }
	| NONE                          { $$ = MAKE0(AST_NONE); }
	| '(' expr ')'                  { $$ = flag($2, AST_F_PAREN); }
	| list
	| object
	| expr '.' key               { $$ = flag(named(MAKE1(AST_FIELD, $1), $3, @3), quoted(p, @3)); }
	| expr '[' expr ']'          { $$ = MAKE2(AST_INDEX, $1, $3); }
	| expr '(' args ')'          { $$ = flag(LIST1(AST_CALL, $1, $3), multiline(p, @2)); }
	;
string
	: STRING                        { $$ = leaf(p, AST_STRING, $1, @1); }
	| text
	;
text
	: STRING_BEGIN parts STRING_END { $$ = parse_string(p, @$, $2); }
	;
parts
	: %empty                        { $$ = p->nodes.n; }
	| parts TEXT                    { $$ = $1; parse_part(p, @2); }
	| parts INTERP expr INTERP_END  { $$ = $1; parse_push(p, $3); }
	;
args
	: %empty                        { $$ = p->nodes.n; }
	| arg_list
	| arg_list ','
	;
arg_list
	: arg                           { $$ = p->nodes.n; parse_push(p, $1); }
	| arg_list ',' arg              { $$ = $1; parse_push(p, $3); }
	;
arg
	: expr
	| NAME '=' expr                 { $$ = named(MAKE1(AST_ARG, $3), $1, @1); }
	| KEY '=' expr                  { $$ = named(MAKE1(AST_ARG, $3), $1, @1); }
	;
list
	: '[' elements ']'              { $$ = flag(LIST0(AST_LIST, $2), multiline(p, @1)); }
	| '[' FOR name IN expr ':' expr ']' {
		$$ = flag(named(MAKE3(AST_LISTFOR, $5, NULL, $7), $3, @3), multiline(p, @1));
	}
	| '[' FOR name IN expr IF expr ':' expr ']' {
		$$ = flag(named(MAKE3(AST_LISTFOR, $5, $7, $9), $3, @3), multiline(p, @1));
	}
	| '[' FOR name ',' name IN expr ':' expr ']' {
		$$ = flag(named2(named(MAKE3(AST_LISTFOR, $7, NULL, $9), $3, @3), $5, @5), multiline(p, @1));
	}
	| '[' FOR name ',' name IN expr IF expr ':' expr ']' {
		$$ = flag(named2(named(MAKE3(AST_LISTFOR, $7, $9, $11), $3, @3), $5, @5), multiline(p, @1));
	}
	;
elements
	: %empty                        { $$ = p->nodes.n; }
	| element_list
	| element_list ','
	;
element_list
	: expr                          { $$ = p->nodes.n; parse_push(p, $1); }
	| element_list ',' expr         { $$ = $1; parse_push(p, $3); }
	;
object
	: '{' entries '}'               { $$ = flag(LIST0(AST_OBJECT, $2), multiline(p, @1)); }
	;
entries
	: %empty                        { $$ = p->nodes.n; }
	| entries entry sep             { $$ = $1; ITEM($2); }
	| entries error sep             { $$ = $1; FOUND; }
	;
entry
	: key ':' expr                  { $$ = parse_done(p, flag(named(MAKE1(AST_ENTRY, $3), $1, @1), quoted(p, @1))); }
	| key '?' ':' expr {
		$$ = parse_done(p, flag(named(MAKE1(AST_ENTRY, $4), $1, @1), quoted(p, @1) | AST_F_OPTIONAL));
	}
	| STRING_BEGIN parts STRING_END ':' expr[v] {
		$$ = parse_key(p, @$, make(p, AST_ENTRY, @$, 2, $v, parse_string(p, span_join(@1, @3), $2), NULL, NONE), 0);
	}
	| STRING_BEGIN parts STRING_END '?' ':' expr[v] {
		$$ = parse_key(p, @$, make(p, AST_ENTRY, @$, 2, $v, parse_string(p, span_join(@1, @3), $2), NULL, NONE), AST_F_OPTIONAL);
	}
	| ELLIPSIS expr                 { $$ = MAKE1(AST_SPREAD, $2); }
	| FOR name IN expr object       { $$ = named(MAKE2(AST_EFOR, $4, $5), $2, @2); }
	| FOR name ',' name IN expr object { $$ = named2(named(MAKE2(AST_EFOR, $6, $7), $2, @2), $4, @4); }
	| FOR bad_block                 { $$ = $2; }
	| entry_if
	;
entry_if
	: IF expr object                { $$ = MAKE3(AST_EIF, $2, $3, NULL); }
	| IF expr object ELSE object    { $$ = MAKE3(AST_EIF, $2, $3, $5); }
	| IF expr object ELSE entry_if  { $$ = MAKE3(AST_EIF, $2, $3, make(p, AST_OBJECT, @5, 1, $5, NULL, NULL, NONE)); }
	| IF bad_block                  { $$ = $2; }
	;
sep
	: NL | ','
	;
key
	: NAME | KEY | STRING
	;
name
	: NAME
	| KEY                           { $$ = parse_not_a_name(p, @1, $1); }
	;
/* the `{` at which the parser finds itself again */
open
	: '{'                           { FOUND; }
	;

%%

static void mlops_yyerror(struct span *at, struct parse *p, const char *msg)
{
	(void)msg;                      /* the only one left: the stack is full */
	parse_too_deep(p, *at);
}

static int yyreport_syntax_error(const yypcontext_t *context, struct parse *p)
{
	yysymbol_kind_t kinds[YYNTOKENS];
	struct expected e = { 0 };
	int i, n = yypcontext_expected_tokens(context, kinds, YYNTOKENS);

	e.found = yysymbol_name(yypcontext_token(context));
	for (i = 0; i < n && e.n < (int)(sizeof e.name / sizeof *e.name); i++)
		if (kinds[i] != YYSYMBOL_SETTINGS)      /* nobody writes one */
			e.name[e.n++] = yysymbol_name(kinds[i]);
	parse_syntax_error(p, &e);
	return 0;
}
