// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "photograph.h"
#include "vectors.h"

namespace lamscope::scenes {

/// A pinhole camera for square pictures.
class Camera {
public:
    /// `focalLength` in units of the picture's side; "up" in the picture is the world's y axis.
    Camera(Vec3 eye, Vec3 target, double focalLength);

    [[nodiscard]] Vec3 eye() const { return eye_; }
    /// The unit direction in which the picture's point looks; (0, 0) is top left, (side, side) bottom right.
    [[nodiscard]] Vec3 ray(Vec2 place, int side) const;

private:
    Vec3 eye_;
    Vec3 forward_;
    Vec3 right_;
    Vec3 up_;
    double focalLength_;
};

/// What a place of a surface is made of.
struct Material {
    Rgb albedo;
    double gloss = 0.0;  ///< share of the mirror image at normal incidence, 0 to 1; Schlick's rule towards grazing
    Vec2 bump;           ///< added to the surface's slopes: texture too fine to be traced, or a pane's tilt
};

/// Sun and sky.
struct Lighting {
    Vec3 sun;                ///< direction to it, z > 0
    Rgb sunlight;            ///< on a white surface that faces it
    double sunSize = 0.03;   ///< radius of the disc in radians; penumbras grow with it
    Rgb skylight;            ///< on a white surface under an open sky
    double reflected = 0.3;  ///< light that comes back from blocked directions, of the skylight
};

/// A surface z = height(x, y) over the plane z = 0, lit by sun and sky and seen from z > 0: parallax, cast shadows with
/// penumbras, darkening in crevices. Lengths are in any one unit.
class Relief {
public:
    Relief(const Relief&) = delete;
    Relief& operator=(const Relief&) = delete;
    virtual ~Relief() = default;

    /// The light that comes from the surface to the camera.
    [[nodiscard]] Rgb seen(const Camera& camera, int side, const Sample& sample) const;

protected:
    /// Heights lie in [low, high]. `texel`: the finest detail of the height, over which slopes are taken.
    Relief(double low, double high, double texel, const Lighting& lighting);

    [[nodiscard]] virtual double height(Vec2 at) const = 0;
    [[nodiscard]] virtual Material material(Vec3 at) const = 0;
    /// The light from far away in a unit direction: behind the surface and in mirrors.
    [[nodiscard]] virtual Rgb surroundings(Vec3 direction) const;

    [[nodiscard]] const Lighting& lighting() const { return lighting_; }

private:
    /// How many steps find the forms on a way of this length: more for slanting rays, which pass over more of them.
    [[nodiscard]] int stepsFor(Vec3 direction, double reach) const;
    /// How far the ray goes until it is below the surface, up to `reach`; negative when it stays above.
    [[nodiscard]] double firstHit(Vec3 from, Vec3 direction, double reach) const;
    [[nodiscard]] bool blocked(Vec3 from, Vec3 direction) const;
    [[nodiscard]] Vec3 normalAt(Vec2 at, Vec2 bump) const;

    double low_;
    double high_;
    double texel_;
    Lighting lighting_;
};

/// A blue sky with clouds for directions with y > 0, and the haze at its horizon below.
[[nodiscard]] Rgb cloudySky(Vec3 direction);

}  // namespace lamscope::scenes
