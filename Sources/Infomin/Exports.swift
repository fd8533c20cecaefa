// Whoever measures dependence holds arrays and a random stream: `import Infomin` alone brings them along.
@_exported import TensorCore
