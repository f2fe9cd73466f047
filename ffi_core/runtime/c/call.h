/* The call itself: arguments converted, the native code entered, its result converted; and the entries that do this for
 * the commonest signatures with their classes and counts as constants. */
#ifndef FFI_CORE_CALL_H
#define FFI_CORE_CALL_H

#include "convert.h"
#include "frame.h"
#include "invoke.h"
#include "library.h"

static COLD PyObject *
arity_error(const Plan *plan, Py_ssize_t given)
{
    PyObject *message = PyObject_CallFunction(python.describe_arity, "On", plan->declaration, given);
    if (message) {
        PyErr_SetObject(PyExc_TypeError, message);
        Py_DECREF(message);
    }
    return NULL;
}

static COLD void
set_closed_error(const Plan *plan)
{
    PyErr_Format(python.closed_error, "%U(): its library is closed", plan->name);
}

/* Make the call with converted arguments. The address is read here, since converting may have run Python code that
 * closed the library. */
INLINE int
perform(const Plan *plan, int class, int shape, int releases_gil, const Slot *slots, Slot *value)
{
    void *address = plan->address;
    if (UNLIKELY(!address)) {
        set_closed_error(plan);
        return -1;
    }
    Frame frame;
    enter(&frame);
    int *error = errno_address();
    if (releases_gil) {
        calls_under_way++;
        PyThreadState *state = PyEval_SaveThread();
        *error = 0;
        *value = invoke(class, address, shape, slots);
        thread.saved_errno = *error;
        PyEval_RestoreThread(state);
        calls_under_way--;
    } else {
        *error = 0;
        *value = invoke(class, address, shape, slots);
        thread.saved_errno = *error;
    }
    return leave(&frame);
}

/* Zero the slots that a shape reads beyond what the parameters fill. */
INLINE void
pad(const Plan *plan, Slot *slots)
{
    if (plan->padded) {
        memset(slots, 0, REGISTERS * sizeof(Slot));
        if (UNLIKELY(plan->shape >= SHAPE_STACK2)) {
            memset(slots + REGISTERS, 0, MAX_STACK * sizeof(Slot));
        }
    }
}

#define INLINE_HOLDS 8
#define ANY_COUNT 255

/* The builtin behind every bound function: check the count, convert, call, convert back.
 *
 * `count`, `class` and `result` are constants in the entries below that serve the commonest signatures, so that
 * what follows folds into straight code. Class ANY means that parameters differ in class, ANY_COUNT any number of them.
 */
INLINE PyObject *
call(PyObject *self, PyObject *const *arguments, Py_ssize_t given, int count, int class, int result)
{
    const Plan *plan = (Plan *)self;
    const int any = class == CLASS_ANY && count != 0, any_count = count == ANY_COUNT;
    const Py_ssize_t wanted = any_count ? Py_SIZE(plan) : count;
    if (UNLIKELY(given != wanted)) {
        return arity_error(plan, given);
    }
    Slot slots[MAX_PARAMETERS];
    Hold space[INLINE_HOLDS];
    Holds holds = {space, 0};
    const int may_hold = any ? plan->holds != 0 : class == CLASS_BUFFER;
    int shape;
    if (any_count) {
        shape = plan->shape;
        pad(plan, slots);
        if (any && UNLIKELY(plan->holds > INLINE_HOLDS)) {
            holds.holds = PyMem_New(Hold, plan->holds);
            if (!holds.holds) {
                return PyErr_NoMemory();
            }
        }
    } else if (is_float(class)) {
        shape = count == 1 ? SHAPE_D1 : count == 2 ? SHAPE_D2 : SHAPE_D4;
    } else {
        shape = count == 6 ? SHAPE_U6 : SHAPE_NONE + count;
    }
    PyObject *value = NULL;
#pragma GCC unroll 8
    for (Py_ssize_t index = 0; index < wanted; index++) {
        const Type *type = &plan->parameters[index];
        int slot = any_count ? type->slot : is_float(class) ? INTEGER_REGISTERS + (int)index : (int)index;
        if (UNLIKELY(store(plan->declaration, (int)index, type, any ? type->class : class, arguments[index],
                           &slots[slot], &holds))) {
            goto done;
        }
    }
    Slot answer;
    if (LIKELY(perform(plan, result, shape, any && plan->releases_gil, slots, &answer) == 0)) {
        value = to_python(&plan->result, result, answer);
    }
done:
    if (may_hold) {
        release_holds(&holds);
        if (UNLIKELY(holds.holds != space)) {
            PyMem_Free(holds.holds);
        }
    }
    return value;
}

#define FOR_EACH_RESULT(DO, COUNT, CLASS)                                                                             \
    DO(COUNT, CLASS, VOID)                                                                                            \
    DO(COUNT, CLASS, INT)                                                                                             \
    DO(COUNT, CLASS, UINT64)                                                                                          \
    DO(COUNT, CLASS, ADDRESS)                                                                                         \
    DO(COUNT, CLASS, BOOL)                                                                                            \
    DO(COUNT, CLASS, F64)                                                                                             \
    DO(COUNT, CLASS, F32)

#define FOR_EACH_ENTRY(DO)                                                                                            \
    FOR_EACH_RESULT(DO, 0, ANY)                                                                                       \
    FOR_EACH_RESULT(DO, 1, INT)                                                                                       \
    FOR_EACH_RESULT(DO, 1, UINT64)                                                                                    \
    FOR_EACH_RESULT(DO, 1, ADDRESS)                                                                                   \
    FOR_EACH_RESULT(DO, 1, BOOL)                                                                                      \
    FOR_EACH_RESULT(DO, 1, F64)                                                                                       \
    FOR_EACH_RESULT(DO, 1, F32)                                                                                       \
    FOR_EACH_RESULT(DO, 1, BUFFER)                                                                                    \
    FOR_EACH_RESULT(DO, 2, INT)                                                                                       \
    FOR_EACH_RESULT(DO, 2, F64)                                                                                       \
    FOR_EACH_RESULT(DO, 3, INT)                                                                                       \
    FOR_EACH_RESULT(DO, 4, INT)                                                                                       \
    FOR_EACH_RESULT(DO, 4, F64)                                                                                       \
    FOR_EACH_RESULT(DO, 6, INT)                                                                                       \
    FOR_EACH_RESULT(DO, ANY_COUNT, INT)                                                                               \
    FOR_EACH_RESULT(DO, ANY_COUNT, ANY)

#define DEFINE_ENTRY(COUNT, CLASS, RESULT)                                                                            \
    static PyObject *call_##COUNT##_##CLASS##_##RESULT(PyObject *self, PyObject *const *arguments, Py_ssize_t given)  \
    {                                                                                                                 \
        return call(self, arguments, given, COUNT, CLASS_##CLASS, CLASS_##RESULT);                                   \
    }
FOR_EACH_ENTRY(DEFINE_ENTRY)

typedef PyObject *(*Entry)(PyObject *, PyObject *const *, Py_ssize_t);

/* The entry made for that signature, or the one that serves any with that result; the list ends with those. */
static Entry
entry_of(const Plan *plan, int class)
{
    static const struct {
        uint8_t count, class, result;
        Entry entry;
    } entries[] = {
#define LIST_ENTRY(COUNT, CLASS, RESULT)                                                                              \
    {COUNT, CLASS_##CLASS, CLASS_##RESULT, call_##COUNT##_##CLASS##_##RESULT},
        FOR_EACH_ENTRY(LIST_ENTRY)};
    for (size_t index = 0; index < sizeof(entries) / sizeof(entries[0]); index++) {
        int fits = (entries[index].count == ANY_COUNT || entries[index].count == Py_SIZE(plan)) &&
                   (entries[index].class == CLASS_ANY || entries[index].class == class);
        if (fits && entries[index].result == plan->result.class) {
            return entries[index].entry;
        }
    }
    Py_UNREACHABLE();
}

#endif
