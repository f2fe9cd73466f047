/* moving.py's work at each keystroke: what was read from a text, rebuilt with its places moved, shared where it stays.
 *
 * What has places, and in which slots, is what moving.py's table tells. Objects are read and filled through the slots'
 * descriptors, which know of which type an object must be: a quarter slower than at their offsets in memory, but no
 * wrong table can reach beyond an object. Nothing is kept from one call to the next. Written for the GIL; an
 * interpreter without one turns it on when it imports this.
 */
#include <Python.h>

typedef struct {
    PyTypeObject *span;      /* the type of which the parts are places */
    PyObject *layouts;       /* a dict: type -> (slots to copy, what fills the others or None), None without places */
    Py_ssize_t at, distance; /* bytes */
} Shift;

/* This and what it is made of give a new reference, to the very thing where nothing in it changes. */
static PyObject *shifted(const Shift *shift, PyObject *thing);

static PyObject *
shifted_place(const Shift *shift, PyObject *thing)
{
    const Py_ssize_t place = PyLong_AsSsize_t(thing), distance = shift->distance;
    if (place == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (place < shift->at || distance == 0) {
        return Py_NewRef(thing);
    }
    if (distance > 0 ? place > PY_SSIZE_T_MAX - distance : place < PY_SSIZE_T_MIN - distance) {
        return PyErr_Format(PyExc_OverflowError, "byte %zd cannot move by %zd", place, distance);
    }
    return PyLong_FromSsize_t(place + distance);
}

static PyObject *
copy_of_tuple(PyObject *parts)
{
    const Py_ssize_t count = PyTuple_GET_SIZE(parts);
    PyObject *copy = PyTuple_New(count);
    for (Py_ssize_t index = 0; copy && index < count; index++) {
        PyTuple_SET_ITEM(copy, index, Py_NewRef(PyTuple_GET_ITEM(parts, index)));
    }
    return copy;
}

static PyObject *
shifted_tuple(const Shift *shift, PyObject *parts)
{
    PyObject *copy = NULL;
    for (Py_ssize_t index = 0; index < PyTuple_GET_SIZE(parts); index++) {
        PyObject *part = PyTuple_GET_ITEM(parts, index), *new_part = shifted(shift, part);
        if (new_part == part) {
            Py_DECREF(new_part);
            continue;
        }
        if (new_part && !copy) {
            copy = copy_of_tuple(parts);
        }
        if (!new_part || !copy) {
            Py_XDECREF(new_part);
            Py_XDECREF(copy);
            return NULL;
        }
        PyTuple_SET_ITEM(copy, index, new_part);
        Py_DECREF(part); /* the copy's */
    }
    return copy ? copy : Py_NewRef(parts);
}

/* The value of a slot. An empty one raises AttributeError, one of other objects TypeError. */
static PyObject *
get(PyObject *slot, PyObject *thing)
{
    if (!Py_IS_TYPE(slot, &PyMemberDescr_Type)) {
        return PyErr_Format(PyExc_TypeError, "a layout has %R for a slot", slot);
    }
    return PyMemberDescr_Type.tp_descr_get(slot, thing, (PyObject *)Py_TYPE(thing));
}

static int
set(PyObject *slot, PyObject *thing, PyObject *part)
{
    return PyMemberDescr_Type.tp_descr_set(slot, thing, part);
}

/* An object whose first slots, so many, have the parts of another; NULL with an exception. */
static PyObject *
begin_copy(PyObject *thing, PyObject *slots, Py_ssize_t count)
{
    PyTypeObject *type = Py_TYPE(thing);
    PyObject *copy = type->tp_alloc(type, 0);
    for (Py_ssize_t index = 0; copy && index < count; index++) {
        PyObject *slot = PyTuple_GET_ITEM(slots, index), *part = get(slot, thing);
        if (!part || set(slot, copy, part)) {
            Py_CLEAR(copy);
        }
        Py_XDECREF(part);
    }
    return copy;
}

static PyObject *
shifted_object(const Shift *shift, PyObject *slots, PyObject *fill, PyObject *thing)
{
    const int is_span = Py_IS_TYPE(thing, shift->span);
    PyObject *copy = NULL;
    for (Py_ssize_t index = 0; index < PyTuple_GET_SIZE(slots); index++) {
        PyObject *slot = PyTuple_GET_ITEM(slots, index), *part = get(slot, thing), *new_part = NULL;
        if (part) {
            new_part = is_span ? shifted_place(shift, part) : shifted(shift, part);
        }
        int failed = !new_part;
        if (!failed && !copy && new_part != part) {
            copy = begin_copy(thing, slots, index);
            failed = !copy;
        }
        if (!failed && copy) {
            failed = set(slot, copy, new_part);
        }
        Py_XDECREF(part);
        Py_XDECREF(new_part);
        if (failed) {
            Py_XDECREF(copy);
            return NULL;
        }
    }
    if (!copy) {
        return Py_NewRef(thing);
    }
    if (is_span) {
        /* Half of all objects are spans, and numbers make no cycles that the collector had to look for: a fifth of the
         * time. */
        PyObject_GC_UnTrack(copy);
    }
    if (fill != Py_None) {
        PyObject *nothing = PyObject_CallOneArg(fill, copy);
        if (!nothing) {
            Py_CLEAR(copy);
        }
        Py_XDECREF(nothing);
    }
    return copy;
}

/* What the table says of a type; if it has not been asked before, it finds out, or raises. A new reference. */
static PyObject *
layout_of(PyObject *layouts, PyTypeObject *type)
{
    PyObject *layout = PyDict_GetItemWithError(layouts, (PyObject *)type);
    if (layout || PyErr_Occurred()) {
        return Py_XNewRef(layout);
    }
    return PyObject_GetItem(layouts, (PyObject *)type);
}

static PyObject *
shifted_by_layout(const Shift *shift, PyObject *layout, PyObject *thing)
{
    if (layout == Py_None) {
        return Py_NewRef(thing);
    }
    if (!PyTuple_Check(layout) || PyTuple_GET_SIZE(layout) != 2 || !PyTuple_Check(PyTuple_GET_ITEM(layout, 0))) {
        return PyErr_Format(PyExc_TypeError, "%R is no layout", layout);
    }
    return shifted_object(shift, PyTuple_GET_ITEM(layout, 0), PyTuple_GET_ITEM(layout, 1), thing);
}

static PyObject *
shifted(const Shift *shift, PyObject *thing)
{
    PyTypeObject *type = Py_TYPE(thing);
    if (thing == Py_None || type == &PyUnicode_Type || type == &PyBool_Type) {
        return Py_NewRef(thing); /* as the table says, but sooner */
    }
    /* A text may nest its values deeply. */
    if (Py_EnterRecursiveCall(" while places are moved")) {
        return NULL;
    }
    PyObject *result = NULL;
    if (type == &PyTuple_Type) {
        result = shifted_tuple(shift, thing);
    } else {
        PyObject *layout = layout_of(shift->layouts, type);
        if (layout) {
            result = shifted_by_layout(shift, layout, thing);
            Py_DECREF(layout);
        }
    }
    Py_LeaveRecursiveCall();
    return result;
}

PyDoc_STRVAR(shift_doc,
"shift(span, layouts, thing, at, distance)\n--\n\n"
"What moving.shifted(thing, at, distance) gives; `span` is the type of which the parts are places, `layouts` a dict\n"
"that has, or finds out, for each type None or (its slots to copy, what fills the others of a copy or None).");

static PyObject *
shift(PyObject *Py_UNUSED(module), PyObject *args)
{
    Shift shift;
    PyObject *thing;
    if (!PyArg_ParseTuple(args, "O!O!Onn:shift", &PyType_Type, &shift.span, &PyDict_Type, &shift.layouts, &thing,
                          &shift.at, &shift.distance)) {
        return NULL;
    }
    return shifted(&shift, thing);
}

static PyMethodDef module_methods[] = {
    {"shift", shift, METH_VARARGS, shift_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {{0, NULL}};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "ffi_core.source._moving",
    .m_doc = "What was read from a text, with its places moved.",
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__moving(void)
{
    return PyModuleDef_Init(&module_definition);
}
