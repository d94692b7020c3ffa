/* What the files of the evaluator share: eval.c (expressions, texts, lists, objects), coerce.c (values and types),
   operate.c (operators), field.c, call.c and slot.c (what the members of a component are). Nothing else includes
   this. */
#ifndef MLOPS_EXPR_H
#define MLOPS_EXPR_H
#include "base/suggest.h"
#include "eval/eval.h"

/* eval.c */
const struct value *eval_list(struct eval *e, struct env *env, const struct ast *x, const struct type *elem);

/* coerce.c */
const struct value *eval_number(struct eval *e, const struct ast *x, const struct type *t, int silent);
const struct value *eval_text_as(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent, int from_set);
const struct value *coerce_fields(
	struct eval *e, const struct value *v, const struct type *t, struct span at, int silent);
int type_has_word(const struct type *t, const struct atom *word);
const struct type *type_record_field(const struct type *t, const struct atom *key);
const struct type *type_alternative(const struct type *t, int want_list);
void word_error(struct eval *e, const struct type *t, const char *word, struct span at);

/* operate.c */
const struct value *eval_arithmetic(struct eval *e, const struct ast *x, const struct value *a, const struct value *b);
const struct value *eval_binary(struct eval *e, struct env *env, const struct ast *x);

/* field.c */
const struct value *eval_field(struct eval *e, struct env *env, const struct ast *x);
const struct value *eval_index(struct eval *e, struct env *env, const struct ast *x);
const struct value *no_such_field(
	struct eval *e, struct span at, const char *noun, const struct atom *name, struct suggest *s);

/* call.c */
const struct value *eval_call(struct eval *e, struct env *env, const struct ast *x);
#endif
