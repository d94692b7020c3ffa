/* The lock against itself: each hash follows from those below it. */
#include "emit/verify/state.h"
#include "emit/parts.h"
#include <string.h>

/* drift/NAME: its lines of the lock. named: some component has a ConfigMap of this name; claimed: it is known whose it
   is. */
struct folder { const char *name; size_t n; uint32_t from, to; uint8_t named, claimed, with; };
struct folders { VEC(struct folder) f; };

/* The hash of a component from the lock's own lines, with the files of the folders that are marked. */
static struct hash128 hash_of(struct check *c, const char *name, const struct folders *folders)
{
	const struct range objects = objects_of(c, name), releases = releases_of(c, name);
	const struct arena_mark m = arena_mark(c->a);
	uint32_t nfiles = 0;
	for (uint32_t i = 0; folders && i < folders->f.n; i++)
		nfiles += folders->f.v[i].with ? folders->f.v[i].to - folders->f.v[i].from : 0;
	struct out_component x = {
		.name = name, .objects = ARENA_ARRAY(c->a, struct out_object, objects.to - objects.from + 1),
		.releases = ARENA_ARRAY(c->a, struct out_release, releases.to - releases.from + 1),
		.files = ARENA_ARRAY(c->a, struct out_file, nfiles + 1),
	};
	struct part_hashes h = {
		ARENA_ARRAY(c->a, struct hash128, objects.to - objects.from + 1),
		ARENA_ARRAY(c->a, struct hash128, releases.to - releases.from + 1),
		ARENA_ARRAY(c->a, struct hash128, nfiles + 1),
	};
	for (uint32_t i = objects.from; i < objects.to; i++) {
		const struct lock_object *o = c->by_component[i]->object;
		h.objects[x.nobjects] = o->hash;
		x.objects[x.nobjects++] = (struct out_object){
			.api_version = o->api_version, .kind = o->kind, .ns = o->ns, .name = o->name
		};
	}
	for (uint32_t i = releases.from; i < releases.to; i++) {
		h.releases[x.nreleases] = c->releases[i]->hash;
		x.releases[x.nreleases++] = (struct out_release){ .ns = c->releases[i]->ns,
			.name = c->releases[i]->name };
	}
	for (uint32_t i = 0; nfiles && i < folders->f.n; i++)
		for (uint32_t k = folders->f.v[i].from; folders->f.v[i].with && k < folders->f.v[i].to; k++) {
			h.files[x.nfiles] = c->lock.files.v[k].hash;
			x.files[x.nfiles++] = (struct out_file){ .path = c->lock.files.v[k].path };
		}
	const struct hash128 hash = component_hash(&x, &h, c->a, &c->scratch);
	arena_rewind(c->a, m);
	return hash;
}

/* Has the component a ConfigMap, of this name unless it is NULL? */
static int has_config_map(const struct check *c, const char *component, const struct folder *f)
{
	for (struct range r = objects_of(c, component); r.from < r.to; r.from++) {
		const struct lock_object *o = c->by_component[r.from]->object;
		if (!strcmp(o->kind, "ConfigMap") && (!f || (!strncmp(o->name, f->name, f->n) && !o->name[f->n])))
			return 1;
	}
	return 0;
}

/* The lock does not say whose the files below drift/NAME are. First they are tried as the names of ConfigMaps suggest;
   then, for a component that was renamed, folder by folder those that are left. */
static int follows(struct check *c, const struct lock_component *k, struct folders *folders, int guess)
{
	uint32_t named = 0;
	int ok = !guess && hash_equal(hash_of(c, k->name, NULL), k->hash);
	for (uint32_t i = 0; !ok && !guess && i < folders->f.n; i++) {
		struct folder *f = &folders->f.v[i];
		f->with = (uint8_t)has_config_map(c, k->name, f);
		f->named |= f->with;
		named += f->with;
	}
	if (named)
		ok = hash_equal(hash_of(c, k->name, folders), k->hash);
	for (uint32_t i = 0; i < folders->f.n; i++) {
		struct folder *f = &folders->f.v[i];
		if (guess && !ok && !f->claimed) {
			f->with = 1;
			ok = hash_equal(hash_of(c, k->name, folders), k->hash);
		}
		f->claimed |= ok && f->with;
		f->with = 0;
	}
	return ok;
}

static void find_folders(struct check *c, struct folders *folders)
{
	for (uint32_t i = 0; i < c->lock.files.n; i++) {
		const char *p = c->lock.files.v[i].path, *slash = strncmp(p, "drift/", 6) ? NULL : strchr(p + 6, '/');
		if (!slash)
			continue;
		const size_t n = (size_t)(slash - p - 6);
		struct folder *last = folders->f.n ? &folders->f.v[folders->f.n - 1] : NULL;
		if (last && last->n == n && !memcmp(last->name, p + 6, n))
			last->to = i + 1;
		else
			VEC_PUSH(c->a, &folders->f, ((struct folder){ .name = p + 6, .n = n, .from = i, .to = i + 1 }));
	}
}

void check_hashes(struct check *c)
{
	struct lock *l = &c->lock;
	struct folders folders = { 0 };
	uint32_t wrong = 0, unclaimed = 0, nparts = 0;
	if (!c->locked || c->conflict[FROM_LOCK] || c->broken[FROM_LOCK])
		return;
	find_folders(c, &folders);
	uint8_t *bad = ARENA_ARRAY(c->a, uint8_t, l->components.n + 1);
	struct named_hash *parts = ARENA_ARRAY(c->a, struct named_hash, l->components.n + 2);
	for (uint32_t i = 0; i < l->components.n; i++) {
		const struct lock_component *k = &l->components.v[i];
		parts[nparts++] = (struct named_hash){ k->name, k->hash };
		/* a line that a file contradicts has been reported: what is above it is not said again */
		uint32_t said = table_get(&c->lacking, atom_cstr(&c->atoms, k->name)) != NULL;
		for (struct range r = objects_of(c, k->name); r.from < r.to; r.from++)
			said += c->by_component[r.from]->wrong;
		wrong += said;
		bad[i] = !said && !follows(c, k, &folders, 0);
	}
	for (uint32_t i = 0; i < l->components.n; i++)
		if (bad[i])
			bad[i] = !follows(c, &l->components.v[i], &folders, 1);
	for (uint32_t i = 0; i < folders.f.n; i++)
		unclaimed += !folders.f.v[i].claimed && !folders.f.v[i].named;
	for (uint32_t i = 0; i < l->components.n; i++) {
		/* files that may be its own, and may be another's, prove nothing; the stack's hash still does */
		if (!bad[i] || (unclaimed && has_config_map(c, l->components.v[i].name, NULL)))
			continue;
		wrong++;
		verify_note(c, LOCK, 0, VERIFY_HASH,
			arena_printf(c->a, "the hash of component `%s` does not follow from its parts",
				l->components.v[i].name));
	}
	const struct range own = objects_of(c, "-");
	for (uint32_t i = own.from; i < own.to; i++)
		wrong += c->by_component[i]->wrong;
	if (own.from < own.to)
		parts[nparts++] = (struct named_hash){ "-", hash_of(c, "-", NULL) };
	if (!wrong && !hash_equal(stack_hash(parts, nparts, c->a), l->stack))
		verify_note(c, LOCK, 0, VERIFY_HASH, "the hash of the stack does not follow from its components");
}
