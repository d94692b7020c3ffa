/* Ports, and where each is exposed: in the cluster, on nodes, on a load balancer. */
#include "eval/eval.h"
#include "eval/origin.h"

/* The port's number in its kind; -1 after reporting that there is none of that name. */
static int known_port(struct eval *e, const struct instance *i, const struct atom *name, struct span at)
{
	int n = i ? kind_port(i->kind, name) : -1;
	if (n < 0)
		diag_error(e->diags, at, D_UNKNOWN_PORT, i ? i->kind->name->text : "?", name->text);
	return n;
}

const struct value *port_value(struct eval *e, struct instance *i, const struct atom *name, struct span at)
{
	const int n = known_port(e, i, name, at);
	if (n < 0)
		return VALUE_ERROR_V;
	if (!i->ports[n]) {
		struct env env = { .inst = i };
		struct arena *old = e->arena;
		e->arena = e->unit;
		i->ports[n] = VALUE_ERROR_V;    /* a port that asks for itself is an error all the same */
		struct origin_mark mark = origins_enter(e);
		i->ports[n] = eval_typed(e, &env, i->kind->ports.v[n].decl->kids[0], &type_port);
		ORIGINS_LEAVE(e, mark);
		e->arena = old;
	}
	return i->ports[n];
}

const struct ast *expose_statement(const struct instance *i, const struct atom *port)
{
	for (uint32_t n = i->statements.n; n-- > 0;)
		if (i->statements.v[n]->tag == AST_EXPOSE && i->statements.v[n]->name == port)
			return i->statements.v[n];
	return NULL;
}

static const struct type node_port = { .tag = T_PORT, .ranged = 1, .lo = 30000, .hi = 32767 };
static const struct type node_ports = { .tag = T_LIST, .elem = &node_port };

static const struct value *expose_make(struct eval *e, struct instance *i, int n)
{
	const struct ast *d = i->kind->ports.v[n].decl, *st = expose_statement(i, d->name);
	const struct value *node = VALUE_NONE_V, *nodes = value_list(e->arena, NULL, 0, i->at);
	const struct atom *on = e->a_none;
	if (st) {
		const struct ast *t = st->kids[0], *word = t->tag == AST_CALL ? t->kids[0] : t;
		struct env outer = i->env ? *i->env : (struct env){ 0 };
		on = word->name;
		if (on != e->a_node && on != e->a_cluster && on != e->a_balancer) {
			diag_help(e->diags,
				diag_error(e->diags, word->span, D_EXPOSE,
					arena_printf(e->p->arena, "a port cannot be exposed on `%s`",
						on ? on->text : "this")),
				"write on cluster, on node(32001) or on balancer");
			return VALUE_ERROR_V;
		}
		int allowed = d->nkids < 2 && on == e->a_cluster;
		for (uint32_t k = 1; k < d->nkids; k++)
			allowed |= d->kids[k]->name == on;
		if (!allowed) {
			struct diag *x = diag_error(e->diags, word->span, D_EXPOSE,
				arena_printf(e->p->arena, "port `%s` of %s cannot be exposed on %s", d->name->text,
					i->kind->name->text, on->text));
			struct buf b = { 0 };
			diag_place(e->diags, x, d->span, "declared here");
			for (uint32_t q = 0; q < i->kind->ports.n; q++)
				for (uint32_t k = 1; k < i->kind->ports.v[q].decl->nkids; k++)
					if (i->kind->ports.v[q].decl->kids[k]->name == on)
						buf_addf(&b, "%s%s", b.n ? ", " : "", i->kind->ports.v[q].name->text);
			if (b.n)
				diag_help(e->diags, x, "ports that can be exposed on %s: %s", on->text, b.p);
			else
				diag_help(e->diags, x, "no port of %s can be exposed on %s", i->kind->name->text,
					on->text);
			buf_free(&b);
			return VALUE_ERROR_V;
		}
		if (on == e->a_node) {
			if (t->tag != AST_CALL || t->nkids != 2) {
				diag_help(e->diags,
					diag_error(e->diags, t->span, D_EXPOSE, "a node port is needed"),
					"write node(32001): a port from 30000 to 32767");
				return VALUE_ERROR_V;
			}
			const struct value *v = t->kids[1]->tag == AST_NUMBER || t->kids[1]->tag == AST_LIST
				? NULL
				: eval(e, &outer, t->kids[1]);
			if (t->kids[1]->tag == AST_LIST || (v && v->tag == VALUE_LIST)) {
				nodes = eval_typed(e, &outer, t->kids[1], &node_ports);
				if (is_error(nodes))
					return VALUE_ERROR_V;
			} else {
				node = eval_typed(e, &outer, t->kids[1], &node_port);
				if (is_error(node))
					return VALUE_ERROR_V;
				const struct value **one = ARENA_ARRAY(e->arena, const struct value *, 1);
				one[0] = node;
				nodes = value_list(e->arena, one, 1, node->origin);
			}
		}
	}
	struct field *f = ARENA_ARRAY(e->arena, struct field, 3);
	f[0] = (struct field){ e->a_on, value_string(e->arena, on->text, on->len, st ? st->span : i->at) };
	f[1] = (struct field){ e->a_node, node };
	f[2] = (struct field){ e->a_nodes, nodes };
	return value_record(e->arena, f, 3, st ? st->span : i->at);
}

const struct value *expose_value(struct eval *e, struct instance *i, const struct atom *name, struct span at)
{
	const int n = known_port(e, i, name, at);
	if (n < 0)
		return VALUE_ERROR_V;
	if (!i->exposes[n]) {
		struct arena *old = e->arena;
		e->arena = e->unit;
		struct origin_mark mark = origins_enter(e);
		i->exposes[n] = expose_make(e, i, n);
		ORIGINS_LEAVE(e, mark);
		e->arena = old;
	}
	return i->exposes[n];
}
