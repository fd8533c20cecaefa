/// How many boxes a model predicts against how many objects there are.
public struct DetectionCounts: Sendable, Equatable {
  /// The images.
  public let imageCount: Int
  /// The mean over the images with objects of `|predictions − objects| / objects`; `nil` if no image has any.
  ///
  /// - Note: The rate does not exist where there is no object; the authors' program divides by zero. Such images are left
  ///   out of the mean, and ``imagesLeftOut`` says how many they are; they count in the shares below.
  public let errorRate: Double?
  /// The images without objects, which ``errorRate`` leaves out.
  public let imagesLeftOut: Int
  /// The images with as many predictions as objects.
  public let exact: Int
  /// The images with more predictions than objects.
  public let over: Int
  /// The images with fewer.
  public let under: Int

  /// The share of images with as many predictions as objects: the counting accuracy.
  public var accuracy: Double { Double(exact) / Double(imageCount) }
  /// The share of images with too many predictions.
  public var overcount: Double { Double(over) / Double(imageCount) }
  /// The share of images with too few.
  public var undercount: Double { Double(under) / Double(imageCount) }

  /// Counts boxes.
  ///
  /// - Throws: ``MetricsError/tooFewRows(metric:expected:found:)`` without images.
  public init(of images: [DetectedImage]) throws(MetricsError) {
    guard !images.isEmpty else {
      throw .tooFewRows(metric: "detection counts", expected: 1, found: 0)
    }
    var rates: [Double] = []
    var (exact, over, under) = (0, 0, 0)
    for image in images {
      let (found, there) = (image.predictions.count, image.truth.count)
      if there > 0 { rates.append(Double(abs(found - there)) / Double(there)) }
      if found == there {
        exact += 1
      } else if found > there {
        over += 1
      } else {
        under += 1
      }
    }
    imageCount = images.count
    errorRate = rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count)
    imagesLeftOut = images.count - rates.count
    self.exact = exact
    self.over = over
    self.under = under
  }
}
