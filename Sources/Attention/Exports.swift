// Whoever attends has tensors: one import is enough.
@_exported import TensorCore
