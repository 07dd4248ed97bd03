// The allocator of one Lua state: a quota, free lists by size class, and one place that gives
// everything back without asking Lua (a killed state is dropped, not closed).
#include "inside.h"

#if defined(__has_feature)
    #if __has_feature(address_sanitizer)
        #define EVERY_BLOCK_IS_LARGE 1 // so that the sanitizer sees each block
    #endif
#endif
#if defined(__SANITIZE_ADDRESS__)
    #define EVERY_BLOCK_IS_LARGE 1
#endif

enum {
    SLAB_BYTES = 16 << 10,
    SMALL_MAX = CLASS_BYTES * CLASS_COUNT,
    // The hash of an integer or float key has no seed, so a crafted table makes one assignment
    // quadratic in its nodes: 16,384 nodes of 24 bytes bound it to a third of a second. And
    // comparing, hashing and joining strings costs one instruction whatever their length.
    NODE_BYTES = 24,
    FRESH_BYTES_MAX = 16384 * NODE_BYTES,
    // At the limit every allocation may cost a collection of everything. So many that give less
    // back than this part of the limit are borne.
    VAIN_COLLECTIONS_MAX = 16,
    VAIN_PART = 16,
    // A block of this size may be the rehash of a table whose keys collide.
    SLOW_BYTES = 32 << 10,
    // So many calls inside each other are a recursion without end.
    NESTED_CALLS_MANY = 5000,
};

struct Slab {
    struct Slab *next;
    size_t unused; // keeps the blocks aligned to 16
};

struct LargeBlock {
    struct LargeBlock *next, *previous;
};

static size_t class_of(size_t bytes) { return (bytes + CLASS_BYTES - 1) / CLASS_BYTES - 1; }

static bool is_small(size_t bytes) {
#ifdef EVERY_BLOCK_IS_LARGE
    (void)bytes;
    return false;
#else
    return bytes <= SMALL_MAX;
#endif
}

static void *small_allocate(Sandbox *box, size_t bytes) {
    size_t index = class_of(bytes);
    void *block = box->freeBlocks[index];
    if (block) {
        memcpy(&box->freeBlocks[index], block, sizeof(void *));
        return block;
    }
    size_t rounded = (index + 1) * CLASS_BYTES;
    if ((size_t)(box->slabEnd - box->slabCursor) < rounded) {
        // What is left of the old slab goes to the class it fits.
        while (box->slabEnd - box->slabCursor >= CLASS_BYTES) {
            size_t rest = (size_t)(box->slabEnd - box->slabCursor);
            size_t fit = rest >= SMALL_MAX ? CLASS_COUNT - 1 : rest / CLASS_BYTES - 1;
            memcpy(box->slabCursor, &box->freeBlocks[fit], sizeof(void *));
            box->freeBlocks[fit] = box->slabCursor;
            box->slabCursor += (fit + 1) * CLASS_BYTES;
        }
        struct Slab *slab = malloc(SLAB_BYTES);
        if (!slab) return NULL;
        slab->next = box->slabs;
        box->slabs = slab;
        box->slabCursor = (uint8_t *)(slab + 1);
        box->slabEnd = (uint8_t *)slab + SLAB_BYTES;
    }
    block = box->slabCursor;
    box->slabCursor += rounded;
    return block;
}

static void small_free(Sandbox *box, void *block, size_t bytes) {
    size_t index = class_of(bytes);
    memcpy(block, &box->freeBlocks[index], sizeof(void *));
    box->freeBlocks[index] = block;
}

static void large_link(Sandbox *box, struct LargeBlock *large) {
    large->previous = NULL;
    large->next = box->largeBlocks;
    if (large->next) large->next->previous = large;
    box->largeBlocks = large;
}

static void large_unlink(Sandbox *box, struct LargeBlock *large) {
    if (large->previous) large->previous->next = large->next;
    else box->largeBlocks = large->next;
    if (large->next) large->next->previous = large->previous;
}

static void *raw_allocate(Sandbox *box, size_t bytes) {
    if (is_small(bytes)) return small_allocate(box, bytes);
    struct LargeBlock *large = malloc(sizeof(struct LargeBlock) + bytes);
    if (!large) return NULL;
    large_link(box, large);
    return large + 1;
}

static void raw_free(Sandbox *box, void *block, size_t bytes) {
    if (is_small(bytes)) {
        small_free(box, block, bytes);
        return;
    }
    struct LargeBlock *large = (struct LargeBlock *)block - 1;
    large_unlink(box, large);
    free(large);
}

static void *raw_reallocate(Sandbox *box, void *block, size_t oldBytes, size_t newBytes) {
    if (is_small(oldBytes) && is_small(newBytes) && class_of(oldBytes) == class_of(newBytes))
        return block;
    if (!is_small(oldBytes) && !is_small(newBytes)) {
        struct LargeBlock *large = (struct LargeBlock *)block - 1;
        large_unlink(box, large);
        struct LargeBlock *moved = realloc(large, sizeof(struct LargeBlock) + newBytes);
        large_link(box, moved ? moved : large);
        return moved ? moved + 1 : NULL;
    }
    void *moved = raw_allocate(box, newBytes);
    if (!moved) return NULL;
    memcpy(moved, block, oldBytes < newBytes ? oldBytes : newBytes);
    raw_free(box, block, oldBytes);
    return moved;
}

// Sets the hash seed of a state that is being born. Lua takes it from addresses and the time, and
// offers no way to choose it; but its second allocation comes before the first hashed string. The
// layout is that of 5.4.x's global_State; where anything looks different nothing is written.
static void set_seed(Sandbox *box) {
    struct Head {
        void *allocator, *context;
        size_t totalBytes, debt, estimate, lastAtomic;
        void *strings;
        int stringCount, stringCapacity;
        uint64_t registryValue;
        uint8_t registryType, pad1[7];
        uint64_t nilValue;
        uint8_t nilType, pad2[7];
        uint32_t seed;
    };
    uint8_t *block = box->firstBlock;
    if (box->firstBlockBytes < sizeof(struct Head)) return;
    for (size_t at = 0; at + sizeof(struct Head) <= box->firstBlockBytes; at += sizeof(void *)) {
        struct Head head;
        memcpy(&head, block + at, sizeof head);
        void *function = NULL;
        lua_Alloc allocator = box_allocate;
        memcpy(&function, &allocator, sizeof function);
        if (head.allocator != function || head.context != box) continue;
        if (head.totalBytes != box->firstBlockBytes || head.debt != 0 || head.strings
            || head.stringCount != 0 || head.stringCapacity != 0
            || (head.registryType & 0x0F) != LUA_TNIL || (head.nilType & 0x0F) != LUA_TNUMBER
            || head.nilValue != 0)
            return;
        memcpy(block + at + offsetof(struct Head, seed), &box->seed, sizeof box->seed);
        box->seedIsSet = true;
        return;
    }
}

// NULL, or why the block is refused.
static const char *refusal(
    const Sandbox *box, const void *block, size_t oldBytes, size_t newBytes) {
    if (box->unlimited || (block && newBytes <= oldBytes)) return NULL;
    size_t old = block ? oldBytes : 0;
    if (box->used - old + newBytes > box->limit) return "memory budget is used up";
    if (newBytes <= FRESH_BYTES_MAX || block || box->isRelaxed) return NULL;
    // For a fresh block oldBytes is the type of the object, 0 for a part of one. Nodes come in
    // powers of two; other parts (lists, stacks, buffers) may be larger.
    if (oldBytes == LUA_TSTRING) return "a text is larger than 384 KiB";
    size_t nodes = newBytes / NODE_BYTES;
    bool isNodes = oldBytes == 0 && newBytes % NODE_BYTES == 0 && (nodes & (nodes - 1)) == 0;
    return isNodes ? "a table has more than 16384 fields besides its list" : NULL;
}

// Before anything that the author wrote can run with the error in its hands.
static void end_call(Sandbox *box, SandboxStatus status) {
    box_note_memory(box);
    box->killed = status;
    box->isExhausted = true;
    box_record_trace(box->running);
    box_install_hook(box->running, 1);
}

// Lua answers a refusal with a full collection and asks once more. Being refused again ends the call.
static void record_refusal(
    Sandbox *box, const char *why, const void *block, size_t newBytes) {
    bool isAgain =
        box->isRefused && box->refusedBlock == block && box->refusedBytes == newBytes;
    box->isRefused = !isAgain;
    box->refusedBlock = block;
    box->refusedBytes = newBytes;
    box->refusedUsed = box->used;
    if (box->killed) return;
    box->refusal = why;
    box->refusedWhere[0] = 0;
    if (!box->running) return;
    lua_Debug activation;
    if (lua_getstack(box->running, NESTED_CALLS_MANY, &activation)) box->refusal = "stack overflow";
    box_where(box->running, box->refusedWhere, sizeof box->refusedWhere);
    if (isAgain) end_call(box, SANDBOX_MEMORY);
}

// Whether the collection that a refusal led to was one too many of those that free nothing.
static bool is_vain(Sandbox *box, const void *block, size_t newBytes) {
    if (!box->isRefused || box->refusedBlock != block || box->refusedBytes != newBytes)
        return false;
    if (box->refusedUsed - box->used >= box->limit / VAIN_PART) return false;
    return ++box->vainCollections > VAIN_COLLECTIONS_MAX;
}

// The collections and rehashes of a crafted program take long without a hook in between.
static void end_if_late(Sandbox *box) {
    if (box->unlimited || box->killed || !box->running || !box_is_late(box)) return;
    box->refusal = "processor time is used up";
    box_where(box->running, box->refusedWhere, sizeof box->refusedWhere);
    end_call(box, SANDBOX_BUDGET);
}

void *box_allocate(void *context, void *block, size_t oldBytes, size_t newBytes) {
    Sandbox *box = context;
    // A small block where nothing is in question: nearly every request.
    if (!block && is_small(newBytes) && newBytes > 0 && box->allocationCount == 2
        && box->used + newBytes <= box->limit && !box->isExhausted
        && !box->isRefused) {
        void *fresh = small_allocate(box, newBytes);
        if (fresh) {
            box->used += newBytes;
            if (box->used > box->peak) box->peak = box->used;
            return fresh;
        }
    }
    if (newBytes == 0) {
        if (block) {
            box->used -= oldBytes;
            raw_free(box, block, oldBytes);
        }
        return NULL;
    }
    if (box->allocationCount < 2 && ++box->allocationCount == 2) set_seed(box);
    bool grows = !block || newBytes > oldBytes;
    const char *why = refusal(box, block, oldBytes, newBytes);
    if (grows && (why || newBytes >= SLOW_BYTES)) end_if_late(box);
    if (grows && !why && is_vain(box, block, newBytes)) why = "memory budget is used up";
    if (grows && box->isExhausted && !box->unlimited) why = box->refusal;
    if (why) {
        record_refusal(box, why, block, newBytes);
        return NULL;
    }
    if (grows) box->isRefused = false;
    void *result =
        block ? raw_reallocate(box, block, oldBytes, newBytes) : raw_allocate(box, newBytes);
    if (!result) {
        // Shrinking must not fail; the larger block serves as well.
        if (block && newBytes <= oldBytes) return block;
        // Our own bookkeeping cannot be undone half-way.
        if (box->unlimited) abort();
        return NULL;
    }
    size_t old = block ? oldBytes : 0;
    box->used = box->used - old + newBytes;
    if (box->used > box->peak) box->peak = box->used;
    // Large blocks are work too. The count is only looked at by the next hook or charge.
    if (newBytes >= 1024 && newBytes > old) box->left -= (int64_t)((newBytes - old) >> 6);
    if (box->allocationCount == 1 && !box->firstBlock) {
        box->firstBlock = result;
        box->firstBlockBytes = newBytes;
    }
    return result;
}

void box_free_memory(Sandbox *box) {
    while (box->largeBlocks) {
        struct LargeBlock *next = box->largeBlocks->next;
        free(box->largeBlocks);
        box->largeBlocks = next;
    }
    while (box->slabs) {
        struct Slab *next = box->slabs->next;
        free(box->slabs);
        box->slabs = next;
    }
}
