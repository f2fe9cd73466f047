/* Making plans: a declaration's letters become classes, slots and a shape, and those a builtin function. */
#ifndef FFI_CORE_PLAN_H
#define FFI_CORE_PLAN_H

#include "call.h"

static PyTypeObject *plan_type;

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

#endif
