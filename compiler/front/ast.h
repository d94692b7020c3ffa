/* The syntax tree: what the user typed, for the passes, the formatter and editors. Nodes are made by parser.y and
   never change afterwards, but for the `bind` of a name, which resolve.c fills in.

   One node shape for all tags: a tag, a span, a name with its own span, and children. Which child is what stands
   beside each tag. Optional children are NULL. */
#ifndef MLOPS_AST_H
#define MLOPS_AST_H
#include "base/arena.h"
#include "base/atom.h"
#include "base/buf.h"
#include "base/source.h"
#include <stddef.h>
#include <stdint.h>

enum ast_tag {
	AST_ERROR,              /* something that did not parse; everyone downstream is silent about it */

	/* expressions */
	AST_NUMBER,             /* name: the spelling */
	AST_STRING,             /* name: the text after escapes; no interpolation. AST_F_BLOCK: was written """ */
	AST_INTERP,             /* kids: AST_STRING and expressions in turn, any order */
	AST_BOOL,               /* op: 0 or 1 */
	AST_NONE,
	AST_NAME,               /* name; bind */
	AST_FIELD,              /* kid 0 . name (name_span) */
	AST_INDEX,              /* kid 0 [ kid 1 ] */
	AST_CALL,               /* kid 0 ( kids 1.. ), each an expression or AST_ARG */
	AST_ARG,                /* name = kid 0 */
	AST_UNARY,              /* op: '-' or '!'; kid 0 */
	AST_BINARY,             /* op: enum ast_op; kids 0, 1 */
	AST_IF,                 /* if kid 0 then kid 1 else kid 2 */
	AST_LIST,               /* kids */
	AST_LISTFOR,            /* [for name[, name2] in kid 0 [if kid 1]: kid 2] */
	AST_OBJECT,             /* kids: AST_ENTRY, AST_SPREAD, AST_EFOR, AST_EIF */
	/* name: kid 0. AST_F_OPTIONAL: `key?:`. A key with ${}: name NULL, kid 1 = AST_INTERP */
	AST_ENTRY,
	AST_SPREAD,             /* ... kid 0 */
	AST_EFOR,               /* for name[, name2] in kid 0 { AST_OBJECT kid 1 } */
	/* if kid 0 { AST_OBJECT kid 1 } [else { AST_OBJECT kid 2, or AST_OBJECT holding one AST_EIF for `else if` }] */
	AST_EIF,

	/* types */
	AST_TNAME,              /* name; kids 0, 1: bounds of `name(lo..hi)`; AST_F_RANGE when there is a range */
	AST_TSTRING,            /* name: an enumeration member written as a string */
	AST_TLIST,              /* [ kid 0 ] */
	AST_TRECORD,            /* kids: AST_FIELDDEF; {name: T} and {string: T} with a single field are maps */
	AST_TUNION,             /* kids */
	AST_TOPTIONAL,          /* kid 0 ? */
	AST_FIELDDEF,           /* name : kid 0 [= kid 1] */

	/* declarations; `doc` holds the ## text above */
	AST_FILE,               /* kids: declarations */
	AST_STACK,              /* name; kids: AST_SET, AST_ALLOW */
	AST_USE,                /* name: the path */
	AST_CATALOG,            /* name; name2: base or NULL; kids: AST_SET with kid 0 = AST_NAME */
	AST_PARAM,              /* name : kid 0 [= kid 1] */
	AST_LET,                /* name [: kid 0] = kid 1 */
	AST_SECRET,             /* name; kid 0: source AST_CALL or NULL; kids 1..: AST_KEY; of the stack or of a kind */
	AST_KEY,                /* name [= kid 0] */
	/* name : name2 (NULL: reopened in an env); kid 0: list of a family or NULL (variable: name3); kids 1..:
	   statements */
	AST_COMPONENT,
	AST_DRIFT,              /* name on kid 0 (a path); kids 1..: statements */
	AST_ENV,                /* name; kids: AST_SET, AST_COMPONENT, AST_DRIFT, AST_DROP, AST_ALLOW */
	AST_CHECK,              /* check kid 0 else [warn name] kid 1 */
	AST_ALLOW,              /* name because name2 (the reason's text) */
	AST_FN,                 /* name; kid 0: result type or NULL; kid 1: body; kids 2..: AST_FIELDDEF */
	AST_KIND,               /* name : name2 (base or NULL); kids: members */
	AST_INTERFACE,          /* name; kids: AST_FIELDDEF */
	AST_DETECTOR,           /* name; kids: AST_SETTING, AST_LET, AST_CHECK */
	AST_RULE,               /* rule name for name2 in name3; kids: statements */

	/* statements of component, drift and env blocks */
	AST_SET,                /* kid 0 (AST_NAME, AST_FIELD, AST_INDEX: a path) = kid 1 */
	/* name = kid 0: the same with one name for a path, in a component or drift; ast_assigned_name() */
	AST_ASSIGN,
	AST_EXPOSE,             /* expose name on kid 0 (AST_NAME or AST_CALL) */
	AST_PATCH,              /* patch name ( kid 0 ) kid 1 */
	AST_VALUES,             /* values [name] kid 0 */
	AST_ALERT,              /* alert name when kid 0 [for kid 1] {then kid 2..} */
	AST_DROP,               /* drop name */

	/* members of kinds */
	AST_SETTING,            /* name : kid 0 [= kid 1] */
	/* name; kid 0: AST_OBJECT (with AST_CHECKs), or a path when AST_F_ALIAS; kids 1..: AST_FIELDDEF parameters.
	   AST_F_PARAMS when `(` was written */
	AST_GIVES,
	AST_NEEDS,              /* name : kid 0 (type) */
	AST_COLLECTS,           /* name : name2 */
	AST_OFFERS,             /* name on kid 0 (a path) kid 1 (AST_OBJECT) */
	AST_CLAIMS,             /* kid 0 */
	/* risk name (the class: "R5"); kid 0: when; kid 1: because; kid 2: then, or NULL; kids 3..: AST_NAME flags */
	AST_RISK,
	AST_PORT,               /* name = kid 0; kids 1..: AST_NAME targets */
	AST_RUNS,               /* name : name2 [kid 0 AST_OBJECT or NULL] */
	AST_EXPORTS,            /* name; kid 0: AST_OBJECT; kids 1..: AST_FIELDDEF */
	/* name (the kind's word, or the string when AST_F_STRING; NULL: kid 2 is its AST_INTERP) ( kid 0 ) kid 1 */
	AST_MANIFEST,
	AST_RELEASE,            /* kid 0 (expression) kid 1 (AST_OBJECT) */
	AST_CONFIG,             /* kid 0 (expression) kid 1 (AST_OBJECT) */
	AST_KIF,                /* if kid 0 { AST_BLOCK kid 1 } [else AST_BLOCK kid 2] */
	AST_KFOR,               /* for name[, name2] in kid 0 { AST_BLOCK kid 1 } */
	AST_BLOCK,              /* kids */
	AST_NTAGS
};
enum ast_op { OP_OR, OP_AND, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD };
enum {
	AST_F_OPTIONAL = 1, AST_F_BLOCK = 2, AST_F_RANGE = 4, AST_F_ALIAS = 8, AST_F_PARAMS = 16, AST_F_STRING = 32,
	AST_F_QUOTED = 64,      /* a key or name that was written as a string */
	/* a list, object or call whose opening bracket is followed by a line break: the formatter keeps that */
	AST_F_MULTILINE = 128,
	AST_F_TEXT = 512,       /* a value of --set: may stand for text although it is spelled like something else */
	AST_F_ERROR = 1024,     /* check ... else error NAME */
	AST_F_PAREN = 256,      /* an expression written in (redundant or not) parentheses */
};
/* Most nodes are names, literals and settings, and most of the rest have few fields to fill: the parser cuts a node off
   where the part begins that its tag has no use for (ast_size). So a node may not be copied by value, and what a tag
   does not have may not be looked at; `nkids` can always be. */
struct ast {
	uint8_t tag, op;
	uint16_t flags;
	/* resolve.c: what an AST_NAME means, or what an AST_ASSIGN sets */
	uint16_t bind_tag; uint16_t bind_depth;
	uint32_t bind_index;
	uint32_t nkids;
	struct span span;
	const struct atom *name;
	/* not in literals */
	struct ast **kids;
	/* not in settings */
	void *bind;                                     /* resolve.c, and caches of later passes */
	/* not in names */
	struct span name_span;
	/* the ## comment above a declaration or member, without the marks; or NULL */
	const char *doc;
	/* only in loops, declarations and statements other than settings */
	const struct atom *name2, *name3;
	struct span name2_span;
};
static inline int ast_is_literal(enum ast_tag tag)
{
	return tag == AST_NUMBER || tag == AST_STRING || tag == AST_BOOL || tag == AST_NONE;
}
static inline int ast_is_leaf(enum ast_tag tag)
{
	return tag == AST_NAME || ast_is_literal(tag);
}
static inline int ast_has_doc(enum ast_tag tag)          /* and a name_span */
{
	return !ast_is_leaf(tag) && tag != AST_ASSIGN;
}
static inline int ast_is_long(enum ast_tag tag)
{
	return tag == AST_LISTFOR || tag == AST_EFOR ||
		(tag >= AST_FILE && tag != AST_KEY && tag != AST_SET && tag != AST_ASSIGN && tag != AST_SETTING);
}
static inline size_t ast_size(enum ast_tag tag)
{
	return ast_is_literal(tag)  ? offsetof(struct ast, kids)
		: tag == AST_ASSIGN ? offsetof(struct ast, bind)
		: tag == AST_NAME ? offsetof(struct ast, name_span)
		: ast_is_long(tag)  ? sizeof(struct ast)
		: offsetof(struct ast, name2);
}
/* Of an AST_ASSIGN: it begins with its name, spelled as the atom is. */
static inline struct span ast_assigned_name(const struct ast *a)
{
	return (struct span){ a->span.lo, a->span.lo + a->name->len };
}
const char *ast_tag_name(enum ast_tag tag);             /* "number", for dumps */
/* one node a line, indented; no positions */
void ast_dump(const struct ast *n, const struct sources *s, struct buf *out);
/* same meaning as written: tags, names, ops, kids; not spans, layout flags or parentheses */
int ast_equal(const struct ast *a, const struct ast *b);
#endif
