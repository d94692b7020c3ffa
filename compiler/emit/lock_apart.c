/* Two locks in, both without what they say alike out: a comparison of two big trees that differ in little then costs
   what it takes to read their locks. Both are walked once, side by side, as their groups are sorted. Where that order
   does not hold (a merge by hand), there is no answer, and the locks are read whole. */
#include "emit/lock.h"
#include <string.h>

/* One line, or the facts of one component: a rule reads them together. */
struct piece { const char *p; size_t n; int rank; const char *key; size_t nkey; };
struct walk { const char *at, *end; struct piece last; };

static const struct { const char *word; int hash;
} groups[] = {
	{ "mlops.lock", 0 },
	{ "compiler", 0 },
	{ "edition", 0 },
	{ "catalog", 0 },
	{ "kubernetes", 0 },
	{ "env", 0 },
	{ "source", 1 },
	{ "set", 0 },
	{ "wire", 0 },
	{ "secret", 0 },
	{ "fact", 0 },
	{ "component", 1 },
	{ "release", 1 },
	{ "object", 1 },
	{ "file", 1 },
	{ "stack", 1 },
};
enum { RANK_SOURCE = 6, RANK_FACT = 10, RANK_COMPONENT, RANK_STACK = 15, NRANKS };

static int rank_of(const char *p, size_t n, int from)
{
	for (int i = 0; i < NRANKS; i++) {      /* mostly that of the line before */
		const int r = (from + i) % NRANKS;
		const size_t k = strlen(groups[r].word);
		if (n > k && p[k] == ' ' && !memcmp(p, groups[r].word, k))
			return r;
	}
	return -1;
}

static int order(const struct piece *x, const struct piece *y)
{
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	const int c = memcmp(x->key, y->key, x->nkey < y->nkey ? x->nkey : y->nkey);
	return c ? c : x->nkey < y->nkey ? -1 : x->nkey > y->nkey;
}

/* 1: *x is the next piece; 0: the end; -1: it is no line of a lock, or out of order. */
static int peek(const struct walk *w, struct piece *x)
{
	if (w->at == w->end)
		return 0;
	const char *nl = memchr(w->at, '\n', (size_t)(w->end - w->at));
	if (!nl)
		return -1;
	*x = (struct piece){ .p = w->at, .n = (size_t)(nl + 1 - w->at) };
	x->rank = rank_of(x->p, x->n, w->last.rank);
	if (x->rank < 0)
		return -1;
	const size_t skip = strlen(groups[x->rank].word) + 1 + (groups[x->rank].hash ? 33 : 0);
	if (x->n <= skip)
		return -1;
	x->key = x->p + skip;
	x->nkey = x->n - 1 - skip;
	if (x->rank == RANK_FACT) {
		const char *blank = memchr(x->key, ' ', x->nkey);
		if (!blank)
			return -1;
		x->nkey = (size_t)(blank - x->key);
		const size_t k = (size_t)(blank + 1 - x->p);
		while ((size_t)(w->end - x->p) > x->n + k && !memcmp(x->p + x->n, x->p, k)) {
			nl = memchr(x->p + x->n, '\n', (size_t)(w->end - x->p) - x->n);
			if (!nl)
				return -1;
			x->n = (size_t)(nl + 1 - x->p);
		}
	}
	return !w->last.p || order(&w->last, x) < 0 ? 1 : -1;
}

static void step(struct walk *w, const struct piece *x)
{
	w->last = *x;
	w->at += x->n;
}

/* Does the other lock go on with the same piece, and end it there? */
static int is_next(const struct walk *w, const struct piece *x)
{
	const size_t left = (size_t)(w->end - w->at), k = (size_t)(x->key + x->nkey + 1 - x->p);
	if (left < x->n || memcmp(w->at, x->p, x->n))
		return 0;
	return x->rank != RANK_FACT || left - x->n < k || memcmp(w->at + x->n, x->p, k);
}

/* ---- what a rule may ask for ---- */

#define ASKED 1000                      /* components that differ, beyond which all facts are kept */

/* Is it of a component that a lock still has, or called like a part of one? Inner ones are COMPONENT-NAME. */
static int differs(const struct piece *x, const struct buf *names)
{
	for (size_t i = 0; i < names->n; i += strlen(names->p + i) + 1) {
		const size_t n = strlen(names->p + i);
		if (x->nkey >= n && !memcmp(x->key, names->p + i, n) && (x->nkey == n || x->key[n] == '-'))
			return 1;
	}
	return 0;
}

static size_t add_names(const struct buf *lock, struct buf *names)
{
	static const char word[] = "component ";
	const size_t skip = sizeof word - 1 + 33;
	size_t count = 0;
	for (const char *p = lock->p, *end = p + lock->n, *nl; p < end && (nl = memchr(p, '\n', (size_t)(end - p)));
		p = nl + 1)
		if ((size_t)(nl - p) > skip && !memcmp(p, word, sizeof word - 1)) {
			buf_add(names, p + skip, (size_t)(nl - p) - skip);
			buf_addc(names, 0);
			count++;
		}
	return count;
}

/* What a component is may matter although it has not changed: a rule asks for the rate of a model whose detector
   restarts. And whose facts they are is told by the longest name of a component that an instance's begins with: those
   that could be are kept too. */
static void keep(const struct buf *alike, struct buf *x, struct buf *y)
{
	struct buf names = { 0 };
	const size_t count = x->n && y->n && alike->n ? add_names(x, &names) + add_names(y, &names) : 0;
	for (size_t i = 0; i < alike->n; i += sizeof(struct piece)) {
		struct piece f;
		memcpy(&f, alike->p + i, sizeof f);
		if (count > ASKED || differs(&f, &names)) {
			buf_add(x, f.p, f.n);
			buf_add(y, f.p, f.n);
		}
	}
	buf_free(&names);
}

int lock_apart(const char *p, size_t n, const char *q, size_t m, struct buf *x, struct buf *y)
{
	struct walk u = { .at = p, .end = p + n }, v = { .at = q, .end = q + m };
	struct buf alike = { 0 };
	int ok = 0;
	for (;;) {
		struct piece a, b;
		const int i = peek(&u, &a);
		if (i > 0 && a.rank > RANK_SOURCE && a.rank < RANK_STACK && is_next(&v, &a)) {
			b = a;
			b.p = v.at;
			b.key = v.at + (a.key - a.p);
			if (v.last.p && order(&v.last, &b) >= 0)
				break;
			if (a.rank == RANK_FACT || a.rank == RANK_COMPONENT)
				buf_add(&alike, &a, sizeof a);
			step(&u, &a);
			step(&v, &b);
			continue;
		}
		const int k = peek(&v, &b);
		ok = !i && !k;
		if (i < 0 || k < 0 || ok)
			break;
		const int c = !i ? 1 : !k ? -1 : order(&a, &b);
		if (c <= 0) {
			buf_add(x, a.p, a.n);
			step(&u, &a);
		}
		if (c >= 0) {
			buf_add(y, b.p, b.n);
			step(&v, &b);
		}
	}
	if (ok)
		keep(&alike, x, y);
	buf_free(&alike);
	return ok;
}
