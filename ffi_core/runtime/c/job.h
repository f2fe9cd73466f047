/* Calls whose arguments are converted beforehand: those that wait for a thread, and those that are timed. */
#ifndef FFI_CORE_JOB_H
#define FFI_CORE_JOB_H

#include "plan.h"

#include <time.h>

static PyTypeObject *job_type;

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

#endif
