import Layers
import TensorCore

/// SPACE, an unsupervised model of scenes (Lin et al. 2020): a grid of cells proposes the objects of the foreground, a
/// sequence of masks divides what is left into segments, and each pixel is a mixture of the two.
///
/// `p(x | z) = α N(x; y, σ_f²) + (1 − α) Σ_k π_k N(x; c_k, σ_b²)`, channel by channel; the loss of an image is
/// `−log p + KL of the background + KL of the foreground + boundary term`, and that of a batch their mean.
///
/// A training step runs the background over the whole batch, because its batch normalisation couples the images, and then
/// the foreground image by image, forward and backward, each against the finished background: what is alive at once is the
/// foreground of as many images as there are threads. Gradients of images are added in the order of a tree, so that the
/// thread count changes no bit.
public struct SPACE<Scalar: TensorScalar>: Parameterized {
  /// The sizes.
  public let architecture: SPACEArchitecture
  /// The constants of the objective and their schedules.
  public var settings: SPACESettings
  /// The objects.
  public var foreground: Foreground<Scalar>
  /// What is behind them.
  public var background: Background<Scalar>

  /// The parameters of the foreground, then of the background.
  public static var parts: [Part<Self>] {
    [.part("foreground", \.foreground), .part("background", \.background)]
  }

  /// The model before training, with PyTorch's default initialisation as in the authors' code.
  public init(_ architecture: SPACEArchitecture, settings: SPACESettings, random: Philox) {
    self.architecture = architecture
    self.settings = settings
    foreground = Foreground(architecture, random: random.stream("foreground"))
    background = Background(architecture, random: random.stream("background"))
  }

  /// Every random number of a forward pass.
  public struct Noise: Sendable {
    /// Of the foreground.
    public var foreground: Foreground<Scalar>.Noise
    /// Of the background.
    public var background: Background<Scalar>.Noise

    /// Noise of these parts.
    public init(foreground: Foreground<Scalar>.Noise, background: Background<Scalar>.Noise) {
      self.foreground = foreground
      self.background = background
    }
  }

  /// The parts of the loss, each a number an image, in nats.
  public struct Terms: Sendable {
    /// What the divergence of appearance counts in the loss.
    public var appearanceWeight = 1.0
    /// `log p(x | z)`.
    public var logLikelihood: [Double] = []
    /// The divergences of the cells' latents, each summed over all cells.
    public var presence: [Double] = []
    /// Of depth.
    public var depth: [Double] = []
    /// Of scale.
    public var scale: [Double] = []
    /// Of shift.
    public var shift: [Double] = []
    /// Of appearance, unweighted.
    public var what: [Double] = []
    /// The divergence of the masks' latents.
    public var masks: [Double] = []
    /// The divergence of the components' latents.
    public var components: [Double] = []
    /// The boundary term, with its constant.
    public var boundary: [Double] = []
    /// The squared error of the reconstruction, summed over pixels and channels.
    public var squaredError: [Double] = []
    /// The mean of alpha over the pixels.
    public var alpha: [Double] = []
    /// How many cells are present with a probability above one half.
    public var present: [Double] = []
    /// The entropy of the background's weights, mean over the pixels.
    public var backgroundEntropy: [Double] = []
  }
}
