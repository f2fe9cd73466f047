/* The fast path: one builtin function per native symbol, whose `self` is the plan of the call.
 *
 * On x86-64 SysV and AArch64 Linux a function's integer arguments and its floating point arguments travel in separate
 * registers, and whatever does not fit goes to the stack in slots of eight bytes. So a C function type
 * `(integers..., doubles..., stack...)` reaches every function of scalars, whatever the order of its parameters, and no
 * code has to be generated at run time. Structs by value, variadic functions and other ABIs are `portable.py`'s.
 *
 * Sources: System V ABI, AMD64 supplement, 3.2.3; Procedure Call Standard for the Arm 64-bit Architecture, 6.8.
 */
#include "c/abi.h"
#include "c/callback.h"
#include "c/convert.h"
#include "c/frame.h"
#include "c/invoke.h"
#include "c/memory.h"

#include <string.h>
#include <time.h>

/* ---- a library that is open ---------------------------------------------------------------------------------- */

typedef struct Plan Plan;

typedef struct {
    PyObject_HEAD
    void *handle; /* dlopen's; NULL once closed */
    Plan *plans;  /* every plan bound to this library, so that closing can take their addresses away */
} Library;

struct Plan {
    PyObject_VAR_HEAD
    void *address; /* NULL once the library is closed; read only after the arguments are converted */
    uint8_t shape;
    uint8_t holds;       /* parameters that may lock a buffer during the call */
    uint8_t padded;      /* whether the shape reads slots that no parameter fills */
    uint8_t releases_gil; /* whether C may call back while other threads run */
    Library *library;    /* keeps the code in memory; NULL for a bare address */
    Plan *previous, *next;
    PyObject *declaration; /* ffi_core.model.Declaration, for messages */
    PyObject *name, *doc;  /* own the text that `method` points into */
    PyMethodDef method;
    Type result;
    Type parameters[];
};

static PyTypeObject *library_type;
static PyTypeObject *plan_type;
static PyTypeObject *job_type;
static PyTypeObject *callback_type;

static PyObject *
library_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *encoded = NULL;
    static char *keywords[] = {"path", NULL};
    PyObject *path;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O:Library", keywords, &path)) {
        return NULL;
    }
    if (path != Py_None && !PyUnicode_FSConverter(path, &encoded)) {
        return NULL;
    }
    const char *file = encoded ? PyBytes_AS_STRING(encoded) : NULL;
    const char *message = NULL;
    void *handle;
    /* Constructors run here, for as long as they like. */
    Py_BEGIN_ALLOW_THREADS
    handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        message = dlerror(); /* thread-local in glibc and musl */
    }
    Py_END_ALLOW_THREADS
    Py_XDECREF(encoded);
    if (!handle) {
        /* It quotes the path, whose bytes may be no UTF-8. */
        PyObject *words = PyUnicode_DecodeFSDefault(message ? message : "dlopen failed");
        if (words) {
            PyErr_SetObject(PyExc_OSError, words);
            Py_DECREF(words);
        }
        return NULL;
    }
    Library *self = (Library *)type->tp_alloc(type, 0);
    if (!self) {
        dlclose(handle);
        return NULL;
    }
    self->handle = handle;
    return (PyObject *)self;
}

static PyObject *
library_address(Library *self, PyObject *name)
{
    const char *symbol = PyUnicode_AsUTF8(name);
    if (!symbol) {
        return NULL;
    }
    if (!self->handle) {
        PyErr_SetString(python.closed_error, "the library is closed");
        return NULL;
    }
    dlerror();
    void *address = dlsym(self->handle, symbol);
    /* A weak symbol may resolve to NULL without an error; nobody can call or read it, so it counts as missing. */
    return address ? PyLong_FromVoidPtr(address) : Py_NewRef(Py_None);
}

/* Take the handle away, and with it every plan's address. */
static void *
library_detach(Library *self)
{
    void *handle = self->handle;
    self->handle = NULL;
    for (Plan *plan = self->plans; plan; plan = plan->next) {
        plan->address = NULL;
    }
    return handle;
}

static PyObject *
library_discard(Library *self, PyObject *Py_UNUSED(ignored))
{
    void *handle = library_detach(self);
    if (handle) {
        Py_BEGIN_ALLOW_THREADS
        dlclose(handle);
        Py_END_ALLOW_THREADS
    }
    Py_RETURN_NONE;
}

static PyObject *
library_close(Library *self, PyObject *Py_UNUSED(ignored))
{
    void *handle = library_detach(self);
    if (handle) {
        unload(handle);
    }
    Py_RETURN_NONE;
}

static void
library_dealloc(Library *self)
{
    /* Not dlclose: addresses that C gave out, and destructors that C registered, outlive this object. */
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
library_closed(Library *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->handle == NULL);
}

static PyGetSetDef library_getters[] = {
    {"closed", (getter)library_closed, NULL, "Whether close() was called.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMethodDef library_methods[] = {
    {"address", (PyCFunction)library_address, METH_O, "address(name) -> int, or None where the library lacks it."},
    {"close", (PyCFunction)library_close, METH_NOARGS, "Unload; every function bound to it raises ClosedError."},
    {"discard", (PyCFunction)library_discard, METH_NOARGS, "Unload at once a library of which nothing was called."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot library_slots[] = {
    {Py_tp_doc, "Library(path): an open native library; path None is the process itself."},
    {Py_tp_new, library_new},
    {Py_tp_dealloc, library_dealloc},
    {Py_tp_methods, library_methods},
    {Py_tp_getset, library_getters},
    {0, NULL},
};

static PyType_Spec library_spec = {
    .name = "ffi_core.runtime._fastcall.Library",
    .basicsize = sizeof(Library),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = library_slots,
};

/* ---- the call ------------------------------------------------------------------------------------------------ */

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

/* ---- making plans -------------------------------------------------------------------------------------------- */

static void
plan_dealloc(Plan *self)
{
    if (self->previous) {
        self->previous->next = self->next;
    } else if (self->library && self->library->plans == self) {
        self->library->plans = self->next;
    }
    if (self->next) {
        self->next->previous = self->previous;
    }
    Py_XDECREF(self->library);
    Py_XDECREF(self->declaration);
    Py_XDECREF(self->name);
    Py_XDECREF(self->doc);
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef plan_members[] = {
    {"declaration", T_OBJECT, offsetof(Plan, declaration), READONLY, "The ffi_core.model.Declaration that is called."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot plan_slots[] = {
    {Py_tp_doc, "How a native function is called; `__self__` of a bound function."},
    {Py_tp_dealloc, plan_dealloc},
    {Py_tp_members, plan_members},
    {0, NULL},
};

static PyType_Spec plan_spec = {
    .name = "ffi_core.function",
    .basicsize = sizeof(Plan),
    .itemsize = sizeof(((Plan *)0)->parameters[0]),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = plan_slots,
};

/* A type whose only difference is its name: a builtin's repr shows the type of its `self`, so the signature stands there.
 */
static PyObject *
plan_subtype(PyObject *Py_UNUSED(module), PyObject *name)
{
    const char *text = PyUnicode_AsUTF8(name);
    if (!text) {
        return NULL;
    }
    PyType_Slot slots[] = {{Py_tp_dealloc, plan_dealloc}, {0, NULL}};
    PyType_Spec spec = plan_spec;
    spec.name = text;
    spec.slots = slots;
    return PyType_FromSpecWithBases(&spec, (PyObject *)plan_type);
}

/* Give each parameter its class and slot, and the plan its shape; false where the stack's slots run out. */
static int
lay_out(Plan *plan, const char *kinds)
{
    int integers, floats, stack;
    for (Py_ssize_t index = 0; index < Py_SIZE(plan); index++) {
        classify((uint8_t)kinds[index], &plan->parameters[index]);
        plan->holds = (uint8_t)(plan->holds + (plan->parameters[index].class == CLASS_BUFFER));
        plan->releases_gil |= plan->parameters[index].class == CLASS_FUNCTION;
    }
    if (!assign_slots(plan->parameters, Py_SIZE(plan), &integers, &floats, &stack)) {
        return 0;
    }
    int shape = plan->shape = shape_of(integers, floats, stack);
    plan->padded = shape_reads[shape].integers != integers || shape_reads[shape].floats != floats ||
                   shape_reads[shape].stack != stack;
    return 1;
}

/* The class that all parameters share, or CLASS_ANY. */
static int
common_class(const Plan *plan)
{
    Py_ssize_t count = Py_SIZE(plan);
    for (Py_ssize_t index = 1; index < count; index++) {
        if (plan->parameters[index].class != plan->parameters[0].class) {
            return CLASS_ANY;
        }
    }
    return count ? plan->parameters[0].class : CLASS_ANY;
}

PyDoc_STRVAR(function_doc,
"function(type, library, address, declaration, kinds, result, name, doc) -> builtin function\n\n"
"Bind the code at `address`. `kinds` holds one letter for each parameter, `result` is one letter. None where the\n"
"signature needs more stack than the fast path has.");

static PyObject *
function_new(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyTypeObject *type;
    PyObject *library, *address, *declaration, *name, *doc;
    const char *kinds;
    Py_ssize_t count;
    char result;
    if (!PyArg_ParseTuple(args, "O!OOOy#cUU:function", &PyType_Type, &type, &library, &address, &declaration, &kinds,
                          &count, &result, &name, &doc)) {
        return NULL;
    }
    if (!PyType_IsSubtype(type, plan_type) || (library != Py_None && !Py_IS_TYPE(library, library_type))) {
        return PyErr_Format(PyExc_TypeError, "function() takes a plan type and a Library or None");
    }
    if (count > MAX_PARAMETERS) {
        Py_RETURN_NONE;
    }
    void *code = PyLong_AsVoidPtr(address);
    if (!code && PyErr_Occurred()) {
        return NULL;
    }
    Plan *plan = (Plan *)type->tp_alloc(type, count);
    if (!plan) {
        return NULL;
    }
    plan->address = code;
    classify((uint8_t)result, &plan->result);
    if (plan->result.class == CLASS_BUFFER || plan->result.class == CLASS_FUNCTION) {
        plan->result.class = CLASS_ADDRESS;
    }
    plan->declaration = Py_NewRef(declaration);
    plan->name = Py_NewRef(name);
    plan->doc = Py_NewRef(doc);
    PyObject *function = NULL;
    if (!lay_out(plan, kinds)) {
        function = Py_NewRef(Py_None);
        goto done;
    }
    if (library != Py_None) {
        plan->library = (Library *)Py_NewRef(library);
        plan->next = plan->library->plans;
        if (plan->next) {
            plan->next->previous = plan;
        }
        plan->library->plans = plan;
    }
    const char *name_text = PyUnicode_AsUTF8(name), *doc_text = PyUnicode_AsUTF8(doc);
    if (name_text && doc_text) {
        Entry entry = entry_of(plan, common_class(plan));
        plan->method = (PyMethodDef){name_text, (PyCFunction)(void (*)(void))entry, METH_FASTCALL, doc_text};
        function = PyCFunction_New(&plan->method, (PyObject *)plan);
    }
done:
    Py_DECREF(plan);
    return function;
}

static Plan *
plan_of(PyObject *function)
{
    PyObject *self = PyCFunction_CheckExact(function) ? PyCFunction_GET_SELF(function) : NULL;
    if (self && PyObject_TypeCheck(self, plan_type)) {
        return (Plan *)self;
    }
    PyErr_SetString(PyExc_TypeError, "expected a function that ffi_core bound on the fast path");
    return NULL;
}

/* ---- calls that wait for a thread ---------------------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *function; /* the builtin, which keeps its plan */
    PyObject *arguments; /* alive until the end, with their buffers locked until the call is over */
    int saved_errno;
    int is_over;
    Holds holds;
    Slot slots[MAX_PARAMETERS];
} Job;

static void
job_dealloc(Job *self)
{
    PyTypeObject *type = Py_TYPE(self);
    release_holds(&self->holds);
    PyMem_Free(self->holds.holds);
    Py_XDECREF(self->arguments);
    Py_XDECREF(self->function);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(prepare_doc,
"prepare(function, arguments) -> Job\n\n"
"Convert the arguments of a call now; raises what the call would raise for them.");

static PyObject *
prepare(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *function, *arguments;
    if (!PyArg_ParseTuple(args, "OO!:prepare", &function, &PyTuple_Type, &arguments)) {
        return NULL;
    }
    const Plan *plan = plan_of(function);
    if (!plan) {
        return NULL;
    }
    if (PyTuple_GET_SIZE(arguments) != Py_SIZE(plan)) {
        return arity_error(plan, PyTuple_GET_SIZE(arguments));
    }
    Job *job = (Job *)job_type->tp_alloc(job_type, 0);
    if (!job) {
        return NULL;
    }
    job->function = Py_NewRef(function);
    job->arguments = Py_NewRef(arguments);
    job->holds.holds = PyMem_New(Hold, plan->holds + 1);
    if (!job->holds.holds) {
        Py_DECREF(job);
        return PyErr_NoMemory();
    }
    for (Py_ssize_t index = 0; index < Py_SIZE(plan); index++) {
        const Type *type = &plan->parameters[index];
        if (store(plan->declaration, (int)index, type, type->class, PyTuple_GET_ITEM(arguments, index),
                  &job->slots[type->slot], &job->holds)) {
            Py_DECREF(job);
            return NULL;
        }
    }
    if (!plan->address) {
        Py_DECREF(job);
        set_closed_error(plan);
        return NULL;
    }
    return (PyObject *)job;
}

static PyObject *
job_run(Job *self, PyObject *Py_UNUSED(ignored))
{
    const Plan *plan = (Plan *)PyCFunction_GET_SELF(self->function);
    if (self->is_over) {
        return PyErr_Format(PyExc_RuntimeError, "a job runs once");
    }
    self->is_over = 1;
    Slot answer;
    int status = perform(plan, plan->result.class, plan->shape, 1, self->slots, &answer);
    self->saved_errno = thread.saved_errno;
    /* Whoever waits for the result may resize its buffers at once, though this object lives a little longer. */
    release_holds(&self->holds);
    return status ? NULL : to_python(&plan->result, plan->result.class, answer);
}

static PyMethodDef job_methods[] = {
    {"run", (PyCFunction)job_run, METH_NOARGS, "Make the call without the GIL."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef job_members[] = {
    {"errno", T_INT, offsetof(Job, saved_errno), READONLY, "errno as the call left it."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot job_slots[] = {
    {Py_tp_doc, "A call whose arguments are converted."},
    {Py_tp_dealloc, job_dealloc},
    {Py_tp_methods, job_methods},
    {Py_tp_members, job_members},
    {0, NULL},
};

static PyType_Spec job_spec = {
    .name = "ffi_core.runtime._fastcall.Job",
    .basicsize = sizeof(Job),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = job_slots,
};

/* ---- timing -------------------------------------------------------------------------------------------------- */

static int64_t
nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

PyDoc_STRVAR(measure_doc,
"measure(function, arguments, count) -> int\n\n"
"Nanoseconds for `count` calls in a native loop, the arguments converted once before it.");

static PyObject *
measure(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *function, *arguments;
    long long count;
    if (!PyArg_ParseTuple(args, "OO!L:measure", &function, &PyTuple_Type, &arguments, &count)) {
        return NULL;
    }
    Plan *plan = plan_of(function);
    if (!plan) {
        return NULL;
    }
    PyObject *args_of_job = PyTuple_Pack(2, function, arguments);
    if (!args_of_job) {
        return NULL;
    }
    /* The job has converted and locked everything; only its address is looked at here. */
    Job *job = (Job *)prepare(NULL, args_of_job);
    Py_DECREF(args_of_job);
    if (!job) {
        return NULL;
    }
    const void *address = plan->address;
    const int class = plan->result.class, shape = plan->shape;
    Frame frame;
    enter(&frame);
    PyThreadState *state = NULL;
    if (plan->releases_gil) {
        calls_under_way++;
        state = PyEval_SaveThread();
    }
    /* The compiler hoists the choices by class and shape out of the loop (-funswitch-loops). */
    int64_t start = nanoseconds();
    for (long long turn = 0; turn < count; turn++) {
        (void)invoke(class, address, shape, job->slots);
    }
    int64_t elapsed = nanoseconds() - start;
    if (state) {
        PyEval_RestoreThread(state);
        calls_under_way--;
    }
    int status = leave(&frame);
    Py_DECREF(job);
    return status ? NULL : PyLong_FromLongLong(elapsed);
}

/* ---- the module ---------------------------------------------------------------------------------------------- */

static PyObject *
get_errno(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(thread.saved_errno);
}

/* The frame of a call, for calls that somebody else makes (cffi): run(function, arguments). */
static PyObject *
run(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *function, *arguments;
    if (!PyArg_ParseTuple(args, "OO!:run", &function, &PyTuple_Type, &arguments)) {
        return NULL;
    }
    Frame frame;
    enter(&frame);
    calls_under_way++;
    PyObject *value = PyObject_Call(function, arguments, NULL);
    calls_under_way--;
    if (!value) {
        /* The call itself failed; what callbacks raised before is noted on that error. */
        PyObject *error = take_exception();
        if (frame.pending) {
            PyObject *done = PyObject_CallFunctionObjArgs(python.add_later_exception, frame.pending, error, NULL);
            Py_XDECREF(done);
            Py_XDECREF(error);
        } else {
            frame.pending = error;
        }
    }
    if (leave(&frame)) {
        Py_CLEAR(value);
    }
    return value;
}

/* A callback of somebody else's (cffi): what keeps libraries loaded while it runs. */
static PyObject *
call_back(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *function, *arguments;
    if (!PyArg_ParseTuple(args, "OO!:call_back", &function, &PyTuple_Type, &arguments)) {
        return NULL;
    }
    enter_callback();
    PyObject *value = PyObject_Call(function, arguments, NULL);
    leave_callback();
    return value;
}

/* keep(error, callback): what a callback of somebody else's (cffi) raised. */
static PyObject *
keep(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *error, *callback;
    if (!PyArg_ParseTuple(args, "OO:keep", &error, &callback)) {
        return NULL;
    }
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    keep_exception(callback);
    Py_RETURN_NONE;
}

static PyObject *
set_errno(PyObject *Py_UNUSED(module), PyObject *value)
{
    thread.saved_errno = (int)PyLong_AsLong(value);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

static PyObject *
configure(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *error, *argument, *arity, *pointer, *later;
    if (!PyArg_ParseTuple(args, "OOOOO:configure", &error, &argument, &arity, &pointer, &later)) {
        return NULL;
    }
    Py_XSETREF(python.closed_error, Py_NewRef(error));
    Py_XSETREF(python.describe_argument, Py_NewRef(argument));
    Py_XSETREF(python.describe_arity, Py_NewRef(arity));
    Py_XSETREF(python.pointer_fallback, Py_NewRef(pointer));
    Py_XSETREF(python.add_later_exception, Py_NewRef(later));
    Py_RETURN_NONE;
}

static PyMethodDef module_methods[] = {
    {"function", function_new, METH_VARARGS, function_doc},
    {"plan_subtype", plan_subtype, METH_O, "plan_subtype(name) -> a type of plans that goes by that name."},
    {"prepare", prepare, METH_VARARGS, prepare_doc},
    {"measure", measure, METH_VARARGS, measure_doc},
    {"run", run, METH_VARARGS, "run(function, arguments): call it as a native call, so that callbacks can raise."},
    {"call_back", call_back, METH_VARARGS, "call_back(function, arguments): call it as a callback that C entered."},
    {"keep", keep, METH_VARARGS, "keep(error, callback): raise it from the native call around, or report it."},
    {"get_errno", get_errno, METH_NOARGS, "get_errno() -> errno as this thread's last foreign call left it."},
    {"set_errno", set_errno, METH_O, "set_errno(value): what get_errno() will say, for calls made elsewhere."},
    {"view", memory_view, METH_VARARGS, "view(address, size) -> writable memoryview."},
    {"string", memory_string, METH_O, "string(address) -> the bytes up to the NUL."},
    {"address_of", memory_address, METH_O, "address_of(buffer) -> int."},
    {"configure", configure, METH_VARARGS, "configure(closed_error, describe_argument, describe_arity, "
                                           "pointer_fallback, add_later_exception): the Python half of errors."},
    {NULL, NULL, 0, NULL},
};

static int
add_type(PyObject *module, PyType_Spec *spec, const char *name, PyTypeObject **type)
{
    *type = (PyTypeObject *)PyType_FromSpec(spec);
    return *type ? PyModule_AddObjectRef(module, name, (PyObject *)*type) : -1;
}

static int
module_exec(PyObject *module)
{
    callbacks_start();
    if (add_type(module, &library_spec, "Library", &library_type) || add_type(module, &plan_spec, "Plan", &plan_type) ||
        add_type(module, &job_spec, "Job", &job_type) ||
        add_type(module, &callback_spec, "Callback", &callback_type)) {
        return -1;
    }
    return PyModule_AddIntConstant(module, "CALLBACKS", TRAMPOLINES);
}

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "ffi_core.runtime._fastcall",
    .m_doc = "Native calls of scalars, pointers and buffers at the cost of a hand-written extension.",
    .m_size = -1,
    .m_methods = module_methods,
};

PyMODINIT_FUNC
PyInit__fastcall(void)
{
    PyObject *module = PyModule_Create(&module_definition);
    if (module && module_exec(module)) {
        Py_CLEAR(module);
    }
    return module;
}
