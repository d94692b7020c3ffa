/* The program: every declaration of the stack, of what it uses, and of the library as far as it is needed. Made by
   load.c, kind.c and type.c; names are bound by resolve*.c. Lives as long as the compilation; nothing here holds
   values. */
#ifndef MLOPS_PROGRAM_H
#define MLOPS_PROGRAM_H
#include "base/diag.h"
#include "base/buf.h"
#include "base/vec.h"
#include "front/ast.h"
#include "sema/embed.h"
#include "sema/table.h"

enum type_tag {
	T_ERROR, T_ANY, T_BOOL, T_INT, T_FLOAT, T_STRING, T_PORT,
	T_TEXT,                 /* text: enum text_type of value/value.h */
	T_ENUM,                 /* members */
	T_LIST, T_MAP, T_OPTIONAL,      /* elem */
	T_RECORD,               /* fields */
	T_INTERFACE,            /* iface: a giver, or a record with its fields */
	T_UNION,                /* alts */
	T_SECRET, T_SECRET_KEY,
};
struct type_field {
	const struct atom *name;
	const struct type *type;
	const struct ast *deflt;
	struct span span;
	const char *doc;
};
struct type {
	uint8_t tag, text, ranged;
	double lo, hi;
	uint32_t n;
	const struct atom *name;        /* of a record that is an interface's */
	union {
		const struct type *elem;
		const struct type **alts;
		const struct atom **members;
		struct type_field *fields;
		struct interface *iface;
	};
};
struct interface {
	const struct atom *name;
	const struct ast *decl;
	struct type *type; /* a T_RECORD */
	struct table index; /* field + 1 */
};

enum member_tag {
	MEMBER_IMPLICIT,
	MEMBER_SETTING,
	MEMBER_LET,
	MEMBER_NEED,
	MEMBER_COLLECTS,
	MEMBER_INNER,
	MEMBER_SECRET
};
enum {  /* the slots that every kind has, in this order */
	SLOT_NAME, SLOT_NAMESPACE, SLOT_VERSION, SLOT_NAMES, SLOT_LABELS, SLOT_ANNOTATIONS,     /* can be set */
	SLOT_SELECTOR, SLOT_STACK, SLOT_CATALOG, SLOT_KIND, SLOT_POLICY,
	SLOT_COUNT
};
struct member {
	uint8_t tag, optional;          /* optional: a need written `I?` */
	const struct atom *name;
	const struct ast *decl;         /* the member's node; NULL for implicit slots */
	const struct ast *deflt;        /* of settings and lets, or NULL */
	const struct type *type;        /* NULL: a let without a type */
	struct interface *iface;        /* of needs and collects */
	struct kind *inner;             /* of MEMBER_INNER */
};
struct give {
	struct interface *iface;
	const struct ast *decl;
	struct table entries; /* field name -> expression node */
};
struct kport { const struct atom *name; const struct ast *decl; };
struct runs { struct detector *detector; const struct atom *signal; const struct ast *decl; };
struct kind {
	const struct atom *name;
	const struct ast *decl;
	struct kind *base;
	struct source *source;
	VEC(struct member) members;     /* base's first, so a slot keeps its number in derived kinds */
	struct table index;             /* name -> slot + 1 */
	VEC(struct give) gives;
	VEC(struct kport) ports;
	VEC(const struct ast *) outputs;/* base's first */
	VEC(struct runs) runs;
	VEC(const struct ast *) exports;
	VEC(const struct ast *) risks;  /* base's first */
	uint8_t has_offers, has_inner, has_checks, resolved;
	uint8_t broken, gives_broken;   /* its base, or an interface that it gives, is unknown: reported */
	uint32_t ninstances;            /* components of this kind, counted by eval/stack/compile.c */
	VEC(struct plan *) plans;       /* eval/plan.h */
	uint8_t unplannable;
};
struct detector {
	const struct atom *name;
	const struct ast *decl;
	struct kind *shape; /* its parameters and lets as a kind's slots */
};
struct fn {
	const struct atom *name;
	const struct ast *decl;
	const struct type *result;
	struct type_field *params;
	uint32_t nparams;
	uint8_t resolved, visiting, recursive;
};
struct catalog {
	const struct atom *name;
	const struct ast *decl;
	struct catalog *base;
	struct table rows; /* kind name -> AST_SET */
};

enum symbol_tag { SYMBOL_PARAM, SYMBOL_LET, SYMBOL_SECRET, SYMBOL_COMPONENT, SYMBOL_FAMILY, SYMBOL_DRIFT, SYMBOL_FN };
/* of one member of a family, or of all (NULL) */
struct override { const struct atom *member; const struct ast *statement; struct span at; };
struct symbol {
	uint8_t tag, state;             /* state: 0 new, 1 in progress, 2 done */
	uint8_t dropped;
	uint8_t twice;                  /* something else is declared by that name too: reported */
	uint8_t suspect;                /* an env most likely meant to set something of it */
	uint32_t uses;                  /* how often it is named: what a broken declaration folds in */
	const struct atom *name;
	const struct ast *decl;
	const struct type *type;        /* params, lets */
	struct kind *kind;              /* components, drifts */
	union {                         /* by tag */
		struct fn *fn;
		/* of a secret that a kind declares: the component, in which its keys are derived */
		void *inst;
		const struct ast *expr; /* param's or let's expression after envs and --set */
	};
	VEC(struct override) overrides; /* statements of envs and of --set, in order; they come after the block's own */
	const void *value;              /* eval: struct value *, struct instance *, struct family * */
	struct diag *said;              /* what was reported of its kind, or NULL */
};
/* more: uses in other lines */
struct unknown { struct diag *said; uint32_t line, more; const struct source *source; const char *lines; };
struct rule { const struct atom *name; const struct ast *decl; uint8_t library, resolved; };
struct allow { const struct ast *decl; uint8_t used; };

/* The library: each declaration is parsed when its name is first asked for. */
struct library_name { const struct atom *word; uint8_t parsed; };       /* word: NULL until it is asked for */

/* The functions that are not written in the language: eval has them, and only their names matter here. index: -1; name:
   NULL past the end. */
struct builtins { int (*index)(const struct atom *name); const char *(*name)(int i); };

struct program {
	const struct builtins *builtins;        /* set before anything is resolved */
	struct arena *arena;
	struct atoms *atoms;
	struct sources *sources;
	struct diags *diags;
	const char *root;               /* `use` reads below it; NULL nothing */
	const char *stdlib;             /* folder or NULL */
	struct ast *main;               /* the stack's file */
	const struct ast *stack;        /* AST_STACK */
	VEC(struct ast *) files;        /* user's files, the stack's first */
	struct table values;            /* name -> struct symbol, functions of the library included once asked for */
	struct table beside;            /* functions of the library whose name a component, let ... of the stack has */
	struct table kinds, interfaces, detectors, catalogs;    /* name -> made declaration */
	struct table decls['v' + 1];    /* per `what` ('k' 'i' 'd' 'c' 'e' 'r'): name -> AST node not yet made */
	VEC(const struct atom *) names['v' + 1];        /* per `what`: the user's names, for suggestions */
	VEC(struct symbol *) symbols;   /* user's, in order */
	VEC(struct kind *) user_kinds;
	VEC(struct rule *) rules;
	VEC(const struct ast *) checks;
	VEC(struct allow) allows;       /* of files and of the stack block */
	VEC(const struct ast *) stack_sets;     /* AST_SET of the stack block, then of the env and --set */
	VEC(struct ast *) words;        /* names bound to nothing: members of enumerations, or mistakes */
	VEC(struct source *) yaml;      /* `use "x.yaml"` */
	VEC(const struct ast *) yaml_uses;
	VEC(struct source *) charts;    /* `use "x.keys.tsv"`: tables of charts' values */
	const struct embedded_file *library; uint32_t nlibrary; /* compiled in, or of the folder; by path */
	struct source **library_sources;        /* of each file, once something of it is parsed */
	struct library_index declared;          /* by the library */
	struct library_name *library_names;     /* of each of its declarations */
	const struct atom *env;
	const struct ast *env_decl;
	uint8_t only_envs;              /* every_env: a param has a value in envs alone */
	uint8_t every_env;              /* each env is compiled in its turn */
	uint8_t env_unknown;            /* reported: what it would have set is not missed */
	uint8_t unread;                 /* a file that is used cannot be read: names may be declared there */
	struct lost *lost;              /* of lost.c: NULL until something is missing */
	struct table unknown;           /* names of the stack that are nothing: name -> struct unknown */
	VEC(struct unknown *) unknowns; /* in order of being said */
	struct table enum_words;        /* every member of every enumeration seen */
	const struct atom *implicit[SLOT_COUNT];
	const struct atom *a_port, *a_expose, *a_name, *a_string;
};

/* load.c */
void program_init(struct program *p);
void program_library(struct program *p);                /* knows what the library declares; parses nothing */
/* The names of one sort, `what`: the user's, then the library's; one that both have comes twice. The next one from *at
   on, which is 0 at first; NULL past the last. */
const struct atom *program_next_name(struct program *p, char what, uint32_t *at);
/* the name of its nth declaration, if it is of that sort, else NULL */
const struct atom *library_word(struct program *p, uint32_t n, char what);
/* parses the stack and what it uses; declares everything */
int program_load(struct program *p, struct source *main_source);
/* NULL if there is none; nothing reported */
struct kind *program_kind(struct program *p, const struct atom *name);
/* as it is written; the kind is not made */
int program_kind_gives(struct program *p, const struct atom *kind, const struct atom *iface);
struct interface *program_interface(struct program *p, const struct atom *name);
struct detector *program_detector(struct program *p, const struct atom *name);
struct catalog *program_catalog(struct program *p, const struct atom *name);
/* stack names, then functions of the library */
struct symbol *program_symbol(struct program *p, const struct atom *name);
/* the same where it is called: a function, if there is one */
struct symbol *program_callable(struct program *p, const struct atom *name);
const char *program_suggest(struct program *p, char what, const struct atom *name);     /* 'v' for values */
const char *library_text(struct program *p, const char *path, uint32_t *len);   /* a data file of the library; NULL */
/* The text with two NULs behind it. ordinary: refuse what is not a regular file (a pipe would wait for ever). NULL:
   *why says why; *len is then the size of a file that is over PARSE_MAX_BYTES, else 0. */
char *read_whole_file(struct arena *a, const char *path, int ordinary, size_t *len, const char **why);

/* Where a file lies that the stack names: relative to the stack's folder and below the root, symbolic links included.
   NULL after reporting why not; reader: the word of the language that reads it. */
const char *program_path(struct program *p, const char *rel, size_t len, struct span at, const char *reader);

/* load.c, env.c: a declaration of a name that has a value; one that stands there twice is reported */
struct symbol *declare_value(struct program *p, enum symbol_tag tag, const struct ast *d, int library);

/* env.c */
/* lays the env (NULL: none) and the assignments of --set over the stack's declarations */
void program_env(struct program *p, const struct atom *env, const char **sets, uint32_t nsets);
/* does some env give the param a value? */
int program_env_sets(const struct program *p, const struct atom *param);
void program_unknown_path(struct program *p, const struct ast *root);           /* reports it */

/* lost.c */
/* the nth place there that did not parse; 0: no more */
uint32_t program_broken_at(struct program *p, struct span in, uint32_t nth);
int program_word_lost(struct program *p, const char *word);      /* does it stand in a line that did not parse? */
/* may a component be missing, because it did not parse or its kind is unknown? */
int program_declarations_lost(struct program *p);
int program_broken(struct program *p, struct span at);    /* did something in this place not parse? */
/* is it declared where something did not parse or could not be read? */
int program_lost(struct program *p, const struct atom *name);

/* type.c */
const struct type *type_of_ast(struct program *p, const struct ast *t);         /* cached in the node */
const char *type_print(struct program *p, const struct type *t);                /* as written: "int(1..)", "a | b" */
/* for messages: "a size", "one of a, b" */
const char *type_noun(struct program *p, const struct type *t);
extern const struct type type_any, type_bool, type_int, type_float, type_string, type_port, type_error,
	type_secret_key, type_version, type_size, type_cores, type_duration, type_rate, type_host, type_url,
	type_image, type_name, type_names_map, type_string_map;

/* risk.c: what a change may cost */
enum { RISK_EXPOSURE = 1, RISK_SECRET = 2, RISK_LICENCE = 4, RISK_CAPACITY = 8, RISK_DOWNTIME = 16, RISK_NFLAGS = 5 };
extern const char *const risk_flag_names[RISK_NFLAGS];         /* "exposure", ... by bit */
int risk_flag(const char *word, size_t n, unsigned *flags);    /* 0: there is none of that name */
int risk_class(const char *word, size_t n);                    /* of "R0" to "R5"; -1 */
enum { RISK_OLD, RISK_NEW, RISK_RESTARTS, RISK_LOCALS };       /* what a `risk` of a kind sees, as local variables */
void risk_check(struct program *p, struct kind *k, const struct ast *risk);
/* The members that a kind's risks read of `old` and `new`: what the lock keeps of each component. Slots, each once, in
   order. */
uint32_t risk_members(struct program *p, const struct kind *k, uint32_t *slots, uint32_t max);

/* kind.c */
/* members, gives, ports, outputs */
struct kind *kind_make(struct program *p, const struct ast *decl, struct source *src);
struct detector *detector_make(struct program *p, const struct ast *decl);
struct give *kind_give(struct kind *k, const struct interface *i);
int kind_port(const struct kind *k, const struct atom *name);                   /* -1 */

/* resolve.c */
enum bind {
	BIND_NONE,
	BIND_LOCAL,
	BIND_SLOT,
	BIND_PORTS,
	BIND_EXPOSE,
	BIND_SYMBOL,
	BIND_FN,
	BIND_BUILTIN,
	BIND_DETECTOR,
	BIND_WORD,
	BIND_NULL,
	BIND_BAD
};
#define MAX_LOCALS 24
void resolve_program(struct program *p);        /* the user's declarations; library ones when they are first used */
void resolve_kind(struct program *p, struct kind *k);
void resolve_rule(struct program *p, struct rule *r);
void resolve_fn(struct program *p, struct fn *f);
void resolve_catalog_row(struct program *p, const struct ast *set);
void unknown_first(struct program *p, const struct atom *name, struct diag *x);
void unknown_again(struct program *p, struct unknown *u, struct span at);
void resolve_words(struct program *p);            /* reports words that nothing has; call it last */
void resolve_stack_expr(struct program *p, struct ast *e, const struct atom *local);

/* resolve_block.c */
/* the setting that was most likely meant, or NULL */
const char *setting_suggest(const struct kind *k, const struct atom *name);
int drift_word(const struct atom *a);           /* is it a word of drift blocks of its own? */
const char *drift_suggest(const struct atom *a);
#endif
