/* Callbacks: C calls a trampoline, the trampoline calls Python.
 *
 * The trampolines are compiled in, a fixed number of them, so no memory is ever writable and executable. Each one loads
 * its number and jumps to code that lays the argument registers out as slots, in the order of convert.h. A trampoline
 * whose callback was closed gives zeros, and numbers are used again as late as possible, so that a stale pointer in C
 * meets nothing rather than a stranger.
 */
#ifndef FFI_CORE_CALLBACK_H
#define FFI_CORE_CALLBACK_H

#include "convert.h"
#include "frame.h"

#if defined(__x86_64__) && defined(__ELF__)
#define TRAMPOLINES 4096
#define TRAMPOLINE_SIZE 16

/* Offsets: integers at 0, doubles at 48, the result at 112, which keeps the stack aligned at the call. */
__asm__(".pushsection .text\n"
        ".balign 16\n"
        ".type ffi_core_trampoline_common, @function\n"
        "ffi_core_trampoline_common:\n"
        ".cfi_startproc\n"
        "pushq %rbp\n"
        ".cfi_def_cfa_offset 16\n"
        ".cfi_offset %rbp, -16\n"
        "movq %rsp, %rbp\n"
        ".cfi_def_cfa_register %rbp\n"
        "subq $128, %rsp\n"
        "movq %rdi, 0(%rsp)\n"
        "movq %rsi, 8(%rsp)\n"
        "movq %rdx, 16(%rsp)\n"
        "movq %rcx, 24(%rsp)\n"
        "movq %r8, 32(%rsp)\n"
        "movq %r9, 40(%rsp)\n"
        "movsd %xmm0, 48(%rsp)\n"
        "movsd %xmm1, 56(%rsp)\n"
        "movsd %xmm2, 64(%rsp)\n"
        "movsd %xmm3, 72(%rsp)\n"
        "movsd %xmm4, 80(%rsp)\n"
        "movsd %xmm5, 88(%rsp)\n"
        "movsd %xmm6, 96(%rsp)\n"
        "movsd %xmm7, 104(%rsp)\n"
        "movq $0, 112(%rsp)\n"
        "movl %eax, %edi\n"
        "movq %rsp, %rsi\n"
        "leaq 16(%rbp), %rdx\n"
        "call ffi_core_callback_entered\n"
        "movq 112(%rsp), %rax\n"
        "movsd 112(%rsp), %xmm0\n"
        "leave\n"
        ".cfi_def_cfa %rsp, 8\n"
        "ret\n"
        ".cfi_endproc\n"
        ".size ffi_core_trampoline_common, . - ffi_core_trampoline_common\n"
        ".balign 16\n"
        ".globl ffi_core_trampolines\n"
        ".hidden ffi_core_trampolines\n"
        ".type ffi_core_trampolines, @function\n"
        "ffi_core_trampolines:\n"
        ".cfi_startproc\n"
        ".set ffi_core_number, 0\n"
        ".rept 4096\n"
        "endbr64\n"
        "movl $ffi_core_number, %eax\n"
        "jmp ffi_core_trampoline_common\n"
        ".balign 16\n"
        ".set ffi_core_number, ffi_core_number + 1\n"
        ".endr\n"
        ".cfi_endproc\n"
        ".size ffi_core_trampolines, . - ffi_core_trampolines\n"
        ".popsection\n");
extern char ffi_core_trampolines[];
#else
/* No trampolines for this target: callbacks are portable.py's. */
#define TRAMPOLINES 0
#define TRAMPOLINE_SIZE 1
static char *const ffi_core_trampolines = NULL;
#endif

typedef struct {
    PyObject_VAR_HEAD
    void *address; /* what C calls; NULL once closed */
    PyObject *function;
    PyObject *declaration; /* its definition, for messages */
    PyObject *kept;        /* the last value given to C, whose memory C may still read */
    Type result;
    Type parameters[];
} Callback;

/* Which callback each trampoline serves, and the numbers that are free, oldest first. */
#define RING (TRAMPOLINES + 1) /* never empty, so that a target without trampolines compiles */
static Callback *callbacks[RING];
static uint32_t free_numbers[RING];
static uint32_t free_first, free_count;

static void
callbacks_start(void)
{
    for (uint32_t number = 0; number < TRAMPOLINES; number++) {
        free_numbers[number] = number;
    }
    free_count = TRAMPOLINES;
}

/* Call the Python function and store its result; -1 with an exception set. */
static int
callback_run(Callback *self, const Slot *slots, const Slot *stack, Slot *result)
{
    PyObject *inline_arguments[8];
    Py_ssize_t count = Py_SIZE(self), made = 0;
    PyObject **arguments = count <= 8 ? inline_arguments : PyMem_New(PyObject *, count);
    PyObject *answer = NULL;
    int status = -1;
    if (!arguments) {
        PyErr_NoMemory();
        return -1;
    }
    for (; made < count; made++) {
        const Type *type = &self->parameters[made];
        Slot value = type->slot < REGISTERS ? slots[type->slot] : stack[type->slot - REGISTERS];
        arguments[made] = to_python(type, type->class, value);
        if (!arguments[made]) {
            goto done;
        }
    }
    answer = PyObject_Vectorcall(self->function, arguments, (size_t)count, NULL);
    if (!answer) {
        goto done;
    }
    if (self->result.class == CLASS_VOID) {
        status = 0;
        goto done;
    }
    Hold hold;
    Holds holds = {&hold, 0};
    Slot value;
    status = store(self->declaration, -1, &self->result, self->result.class, answer, &value, &holds);
    if (status == 0) {
        /* Narrow results fill the register with the value's sign, as compilers do. */
        *result = value;
        if (self->result.class == CLASS_BUFFER || self->result.class == CLASS_FUNCTION) {
            Py_XSETREF(self->kept, Py_NewRef(answer));
        }
    }
    release_holds(&holds);
done:
    while (made) {
        Py_DECREF(arguments[--made]);
    }
    if (arguments != inline_arguments) {
        PyMem_Free(arguments);
    }
    Py_XDECREF(answer);
    return status;
}

static int
python_is_gone(void)
{
#if PY_VERSION_HEX >= 0x030D0000
    return !Py_IsInitialized() || Py_IsFinalizing();
#else
    return !Py_IsInitialized() || _Py_IsFinalizing();
#endif
}

/* Every trampoline ends here, on whatever thread C is. The result slot holds zeros already. */
__attribute__((used, visibility("hidden"))) void ffi_core_callback_entered(uint32_t, Slot *, const Slot *);
void
ffi_core_callback_entered(uint32_t number, Slot *slots, const Slot *stack)
{
    /* A thread of C's that comes while Python shuts down could never take the GIL; the main thread itself can. */
    if (UNLIKELY(python_is_gone()) && !(Py_IsInitialized() && PyGILState_Check())) {
        return;
    }
    int error = errno;
    PyGILState_STATE state = PyGILState_Ensure();
    enter_callback();
    Callback *self = (Callback *)Py_XNewRef((PyObject *)callbacks[number]);
    if (!self) {
        PyErr_SetString(python.closed_error, "C called a callback that was closed");
        keep_exception(Py_None);
    } else {
        if (callback_run(self, slots, stack, &slots[REGISTERS])) {
            keep_exception((PyObject *)self);
        }
        Py_DECREF(self);
    }
    leave_callback();
    PyGILState_Release(state);
    errno = error;
}

PyDoc_STRVAR(callback_doc,
"Callback(declaration, kinds, result, function): the native side of ffi_core.Callback, an address that C can call.");

static PyObject *
callback_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *declaration, *function;
    const char *kinds;
    Py_ssize_t count;
    char result;
    int integers, floats, stack;
    if (kwargs && PyDict_GET_SIZE(kwargs)) {
        return PyErr_Format(PyExc_TypeError, "Callback() takes no keyword arguments");
    }
    if (!PyArg_ParseTuple(args, "Oy#cO:Callback", &declaration, &kinds, &count, &result, &function)) {
        return NULL;
    }
    if (!free_count) {
        return PyErr_Format(PyExc_RuntimeError, "%d callbacks are open, as many as there can be; close some",
                            TRAMPOLINES);
    }
    Callback *self = (Callback *)type->tp_alloc(type, count);
    if (!self) {
        return NULL;
    }
    for (Py_ssize_t index = 0; index < count; index++) {
        classify((uint8_t)kinds[index], &self->parameters[index]);
    }
    classify((uint8_t)result, &self->result);
    if (!assign_slots(self->parameters, count, &integers, &floats, &stack)) {
        Py_DECREF(self);
        return PyErr_Format(PyExc_ValueError, "a callback takes at most %d parameters on the stack", MAX_STACK);
    }
    self->declaration = Py_NewRef(declaration);
    self->function = Py_NewRef(function);
    uint32_t number = free_numbers[free_first];
    free_first = (free_first + 1) % RING;
    free_count--;
    callbacks[number] = self;
    self->address = ffi_core_trampolines + (size_t)number * TRAMPOLINE_SIZE;
    return (PyObject *)self;
}

static void
callback_release(Callback *self)
{
    if (self->address) {
        uint32_t number = (uint32_t)(((char *)self->address - ffi_core_trampolines) / TRAMPOLINE_SIZE);
        callbacks[number] = NULL;
        free_numbers[(free_first + free_count++) % RING] = number;
        self->address = NULL;
    }
}

static PyObject *
callback_close(Callback *self, PyObject *Py_UNUSED(ignored))
{
    callback_release(self);
    Py_CLEAR(self->kept);
    Py_RETURN_NONE;
}

static PyObject *
callback_address(Callback *self, void *Py_UNUSED(closure))
{
    return self->address ? PyLong_FromVoidPtr(self->address) : Py_NewRef(Py_None);
}

static int
callback_traverse(Callback *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->function);
    Py_VISIT(self->declaration);
    Py_VISIT(self->kept);
    return 0;
}

static int
callback_clear(Callback *self)
{
    callback_release(self);
    Py_CLEAR(self->function);
    Py_CLEAR(self->kept);
    return 0;
}

static void
callback_dealloc(Callback *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    callback_clear(self);
    Py_CLEAR(self->declaration);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef callback_methods[] = {
    {"close", (PyCFunction)callback_close, METH_NOARGS, "Give the trampoline back; C then meets zeros."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef callback_getters[] = {
    {"address", (getter)callback_address, NULL, "What C calls; None once closed.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot callback_slots[] = {
    {Py_tp_doc, (void *)callback_doc},
    {Py_tp_new, callback_new},
    {Py_tp_dealloc, callback_dealloc},
    {Py_tp_traverse, callback_traverse},
    {Py_tp_clear, callback_clear},
    {Py_tp_methods, callback_methods},
    {Py_tp_getset, callback_getters},
    {0, NULL},
};

static PyType_Spec callback_spec = {
    .name = "ffi_core.runtime._fastcall.Callback",
    .basicsize = sizeof(Callback),
    .itemsize = sizeof(Type),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = callback_slots,
};

#endif
